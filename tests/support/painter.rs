//! Draws a frame on the CPU: the same bytes on every computer, without a graphics driver.
//!
//! Triangles are filled by half-space tests on a grid of 1/256 pixel with the top-left rule, textures are read
//! bilinearly, colours are premultiplied and blended in gamma space, as the window's own painter does.

use egui::epaint::{ClippedPrimitive, Primitive, Vertex};
use egui::{Color32, Context, FullOutput, ImageData, Pos2, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::RgbaImage;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct CpuPainter {
    textures: BTreeMap<(u8, u64), Texture>,
}

struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

fn key(id: TextureId) -> (u8, u64) {
    match id {
        TextureId::Managed(n) => (0, n),
        TextureId::User(n) => (1, n),
    }
}

impl TestRenderer for CpuPainter {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, patches) in &delta.set {
            for patch in patches {
                let ImageData::Color(image) = &patch.image;
                match patch.pos {
                    None => {
                        let whole = Texture { size: image.size, pixels: image.pixels.clone() };
                        self.textures.insert(key(*id), whole);
                    }
                    Some([x0, y0]) => {
                        let Some(texture) = self.textures.get_mut(&key(*id)) else { continue };
                        for (y, row) in image.pixels.chunks(image.size[0]).enumerate() {
                            let at = (y0 + y) * texture.size[0] + x0;
                            texture.pixels[at..at + row.len()].copy_from_slice(row);
                        }
                    }
                }
            }
        }
        for id in &delta.free {
            self.textures.remove(&key(*id));
        }
        delta.clear();
    }

    fn render(&mut self, ctx: &Context, output: &FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = ctx.viewport_rect().size() * scale;
        let (width, height) = (size.x.round() as usize, size.y.round() as usize);
        let mut canvas = Canvas { width, height, pixels: vec![Color32::BLACK; width * height] };
        for ClippedPrimitive { clip_rect, primitive } in ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = primitive else {
                return Err("paint callbacks cannot be drawn here".into());
            };
            let texture = self.textures.get(&key(mesh.texture_id)).ok_or("a texture is missing")?;
            let edge = |v: f32, most: usize| ((v * scale).round().max(0.0) as usize).min(most);
            let clip = [
                edge(clip_rect.min.x, width),
                edge(clip_rect.min.y, height),
                edge(clip_rect.max.x, width),
                edge(clip_rect.max.y, height),
            ];
            for [a, b, c] in mesh.triangles() {
                let corners = [a, b, c].map(|i| mesh.vertices[i as usize]);
                canvas.triangle(corners, scale, clip, texture);
            }
        }
        let bytes = canvas.pixels.iter().flat_map(|p| [p.r(), p.g(), p.b(), 255]).collect();
        RgbaImage::from_raw(width as u32, height as u32, bytes)
            .ok_or_else(|| "the picture has no size".into())
    }
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

const GRID: f32 = 256.0;

impl Canvas {
    fn triangle(&mut self, mut v: [Vertex; 3], scale: f32, clip: [usize; 4], texture: &Texture) {
        let snap = |p: Pos2| [(p.x * scale * GRID).round() as i64, (p.y * scale * GRID).round() as i64];
        let mut p = v.map(|v| snap(v.pos));
        let mut area = cross(p[0], p[1], p[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            p.swap(1, 2);
            v.swap(1, 2);
            area = -area;
        }
        let low = |axis: usize| {
            p.iter().map(|q| q[axis]).min().unwrap_or(0).div_euclid(GRID as i64).max(0) as usize
        };
        let high = |axis: usize| {
            (p.iter().map(|q| q[axis]).max().unwrap_or(0).div_euclid(GRID as i64) + 1).max(0) as usize
        };
        let (x0, y0) = (low(0).max(clip[0]), low(1).max(clip[1]));
        let (x1, y1) = (high(0).min(clip[2]).min(self.width), high(1).min(clip[3]).min(self.height));
        let plain = v.iter().all(|k| k.color == v[0].color && k.uv == v[0].uv);
        let flat = plain.then(|| tint(v[0].color.to_array().map(f32::from), texture.at(v[0].uv)));
        let bias = [owns(p[1], p[2]), owns(p[2], p[0]), owns(p[0], p[1])];
        for y in y0..y1 {
            for x in x0..x1 {
                let q = [x as i64 * 256 + 128, y as i64 * 256 + 128];
                let w = [cross(p[1], p[2], q), cross(p[2], p[0], q), cross(p[0], p[1], q)];
                if (0..3).any(|i| w[i] < 0 || (w[i] == 0 && !bias[i])) {
                    continue;
                }
                let source = flat.unwrap_or_else(|| {
                    let part = w.map(|w| w as f32 / area as f32);
                    let mix =
                        |get: &dyn Fn(&Vertex) -> f32| (0..3).map(|i| part[i] * get(&v[i])).sum::<f32>();
                    let colour = [0, 1, 2, 3].map(|c| mix(&|k| f32::from(k.color.to_array()[c])));
                    let uv = Pos2::new(mix(&|k| k.uv.x), mix(&|k| k.uv.y));
                    tint(colour, texture.at(uv))
                });
                let under = &mut self.pixels[y * self.width + x];
                *under = over(source, *under);
            }
        }
    }
}

fn cross(a: [i64; 2], b: [i64; 2], c: [i64; 2]) -> i64 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// The top-left rule: a pixel on a shared edge belongs to one triangle only.
fn owns(a: [i64; 2], b: [i64; 2]) -> bool {
    (a[1] == b[1] && b[0] > a[0]) || b[1] < a[1]
}

fn tint(colour: [f32; 4], texel: [f32; 4]) -> [f32; 4] {
    [0, 1, 2, 3].map(|i| colour[i] * texel[i] / 255.0)
}

fn over(source: [f32; 4], under: Color32) -> Color32 {
    let rest = 1.0 - source[3] / 255.0;
    let under = under.to_array();
    let [r, g, b, a] =
        [0, 1, 2, 3].map(|i| (source[i] + f32::from(under[i]) * rest).round().clamp(0.0, 255.0) as u8);
    Color32::from_rgba_premultiplied(r, g, b, a)
}

impl Texture {
    fn at(&self, uv: Pos2) -> [f32; 4] {
        let [w, h] = self.size;
        let (x, y) = (uv.x * w as f32 - 0.5, uv.y * h as f32 - 0.5);
        let (fx, fy) = (x - x.floor(), y - y.floor());
        let texel = |dx: i64, dy: i64| {
            let cx = (x.floor() as i64 + dx).clamp(0, w as i64 - 1) as usize;
            let cy = (y.floor() as i64 + dy).clamp(0, h as i64 - 1) as usize;
            self.pixels[cy * w + cx].to_array().map(f32::from)
        };
        let (a, b, c, d) = (texel(0, 0), texel(1, 0), texel(0, 1), texel(1, 1));
        [0, 1, 2, 3].map(|i| {
            let top = a[i] + (b[i] - a[i]) * fx;
            let bottom = c[i] + (d[i] - c[i]) * fx;
            top + (bottom - top) * fy
        })
    }
}
