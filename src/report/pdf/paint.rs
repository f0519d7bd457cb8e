//! A filled [`Flow`] as PDF bytes: the only file that speaks to the PDF library.

use super::PdfError;
use super::flow::{Child, Color, Flow, Item, Kind, Op, PAGE_H, PAGE_W};
use super::font::Face;
use crate::report::Document;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::error::KrillaError;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, BBox, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::text::{Font, TextDirection};
use std::num::NonZeroU16;

/// With `checked`, the file is written as PDF/A-3a and PDF/UA-1 and refused when it is neither.
pub(super) fn paint(
    flow: &Flow,
    doc: &Document,
    attach: Option<&str>,
    checked: bool,
) -> Result<Vec<u8>, PdfError> {
    let configuration = if checked {
        ConfigurationBuilder::new()
            .with_archival_validator(Archival::A3_A)
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|e| PdfError(format!("{e:?}")))?
    } else {
        Configuration::default()
    };
    let mut pdf = krilla::Document::new_with(krilla::SerializeSettings {
        configuration,
        enable_tagging: true,
        xmp_metadata: true,
        ..Default::default()
    });
    let fonts = Fonts::load()?;
    let mut ids: Vec<Option<Identifier>> = Vec::new();
    ids.resize_with(flow.contents, || None);
    for items in &flow.pages {
        let size = PageSettings::from_wh(PAGE_W, PAGE_H).ok_or_else(|| PdfError("page size".into()))?;
        let mut page = pdf.start_page_with(size);
        let mut surface = page.surface();
        for item in items {
            paint_item(&mut surface, item, &fonts, &mut ids);
        }
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(doc.lang.tag().to_owned()));
    if let Some(root) = flow.nodes.first() {
        for child in &root.children {
            match child {
                Child::Node(n) => {
                    if let Some(group) = group(flow, *n, &mut ids) {
                        tree.push(group);
                    }
                }
                Child::Content(c) => {
                    if let Some(id) = ids.get_mut(*c).and_then(Option::take) {
                        tree.push(id);
                    }
                }
            }
        }
    }
    pdf.set_tag_tree(tree);
    pdf.set_outline(outline(flow));
    let made = date(doc.made_unix_ms);
    let mut metadata = Metadata::new()
        .title(Face::Regular.fit(&doc.title))
        .description("Gateway connection report: LED, cause, owner, next step, evidence".to_owned())
        .creator(doc.made_by.clone())
        .language(doc.lang.tag().to_owned())
        .document_id(format!("{}-{}", doc.visit, doc.made_unix_ms));
    if let Some(made) = made {
        metadata = metadata.creation_date(made);
    }
    pdf.set_metadata(metadata);
    if let Some(json) = attach {
        let file = EmbeddedFile {
            path: "solidgreen-report.json".to_owned(),
            mime_type: MimeType::new("application/json"),
            description: Some("The same report for machines".to_owned()),
            association_kind: AssociationKind::Data,
            data: json.as_bytes().to_vec().into(),
            modification_date: made,
            compress: Some(true),
            location: None,
        };
        if pdf.embed_file(file).is_none() {
            return Err(PdfError("the JSON could not be attached".into()));
        }
    }
    pdf.finish().map_err(|e| PdfError(reason(&e)))
}

fn reason(error: &KrillaError) -> String {
    match error {
        KrillaError::Validation(list) => {
            let words: Vec<String> = list.iter().take(5).map(|(e, _)| format!("{e:?}")).collect();
            format!("{} rule(s) of PDF/A or PDF/UA not kept: {}", list.len(), words.join("; "))
        }
        other => other.to_string(),
    }
}

struct Fonts {
    regular: Font,
    semi: Font,
    mono: Font,
}

impl Fonts {
    fn load() -> Result<Fonts, PdfError> {
        let load = |face: Face| {
            Font::new(face.bytes().into(), 0)
                .ok_or_else(|| PdfError(format!("the font {face:?} cannot be read")))
        };
        Ok(Fonts { regular: load(Face::Regular)?, semi: load(Face::Semi)?, mono: load(Face::Mono)? })
    }

    fn of(&self, face: Face) -> Font {
        match face {
            Face::Regular => self.regular.clone(),
            Face::Semi => self.semi.clone(),
            Face::Mono => self.mono.clone(),
        }
    }
}

fn paint_item(surface: &mut Surface<'_>, item: &Item, fonts: &Fonts, ids: &mut [Option<Identifier>]) {
    match item.content {
        Some(content) => {
            let id = surface.start_tagged(if item.ops.iter().all(|op| matches!(op, Op::Text { .. })) {
                ContentTag::Span(SpanTag::empty())
            } else {
                ContentTag::Other
            });
            if let Some(slot) = ids.get_mut(content) {
                *slot = Some(id);
            }
        }
        None => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        }
    }
    for op in &item.ops {
        paint_op(surface, op, fonts);
    }
    surface.end_tagged();
}

fn paint_op(surface: &mut Surface<'_>, op: &Op, fonts: &Fonts) {
    match op {
        Op::Text { x, y, face, size, color, text } => {
            if text.trim().is_empty() {
                return;
            }
            set(surface, Some(*color), None);
            surface.draw_text(
                Point::from_xy(*x, *y),
                fonts.of(*face),
                *size,
                text,
                false,
                TextDirection::LeftToRight,
            );
        }
        Op::Rect { x, y, w, h, fill } => {
            set(surface, Some(*fill), None);
            if let Some(rect) = Rect::from_xywh(*x, *y, *w, *h) {
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                draw(surface, path.finish());
            }
        }
        Op::Circle { x, y, r, fill, stroke } => {
            set(surface, *fill, stroke.map(|(c, w)| line(c, w, false)));
            draw(surface, circle(*x, *y, *r));
        }
        Op::Lines { points, color, width, dashed } => {
            match width {
                Some(w) => set(surface, None, Some(line(*color, *w, *dashed))),
                None => set(surface, Some(*color), None),
            }
            let mut path = PathBuilder::new();
            for (i, (x, y)) in points.iter().enumerate() {
                if i == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            if width.is_none() {
                path.close();
            }
            draw(surface, path.finish());
        }
    }
}

fn draw(surface: &mut Surface<'_>, path: Option<Path>) {
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn set(surface: &mut Surface<'_>, fill: Option<Color>, stroke: Option<Stroke>) {
    surface.set_fill(fill.map(|c| Fill {
        paint: color(c).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }));
    surface.set_stroke(stroke);
}

fn color([r, g, b]: Color) -> rgb::Color {
    rgb::Color::new(r, g, b)
}

fn line(c: Color, width: f32, dashed: bool) -> Stroke {
    Stroke {
        paint: color(c).into(),
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        dash: dashed.then(|| StrokeDash { array: vec![0.1, width * 2.6], offset: 0.0 }),
        ..Default::default()
    }
}

/// Four Bézier curves; 0.5523 is the usual distance of their handles.
fn circle(x: f32, y: f32, r: f32) -> Option<Path> {
    let k = 0.5523 * r;
    let mut p = PathBuilder::new();
    p.move_to(x + r, y);
    p.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    p.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    p.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    p.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    p.close();
    p.finish()
}

/// A tag with everything inside; nothing when it is empty.
fn group(flow: &Flow, node: usize, ids: &mut [Option<Identifier>]) -> Option<TagGroup> {
    let n = flow.nodes.get(node)?;
    let mut out = TagGroup::new(tag(&n.kind)?);
    for child in &n.children {
        match child {
            Child::Node(c) => {
                if let Some(g) = group(flow, *c, ids) {
                    out.push(g);
                }
            }
            Child::Content(c) => {
                if let Some(id) = ids.get_mut(*c).and_then(Option::take) {
                    out.push(id);
                }
            }
        }
    }
    (!out.children.is_empty()).then_some(out)
}

fn tag(kind: &Kind) -> Option<TagKind> {
    Some(match kind {
        Kind::Root => return None,
        Kind::Heading(level, title) => {
            Tag::Hn(NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN), Some(title.clone())).into()
        }
        Kind::Paragraph => Tag::P.into(),
        Kind::Code => Tag::Code.into(),
        Kind::List => Tag::L(ListNumbering::Disc).into(),
        Kind::Item => Tag::LI.into(),
        Kind::Label => Tag::Lbl.into(),
        Kind::Body => Tag::LBody.into(),
        Kind::Table(summary) => Tag::Table.with_summary(Some(summary.clone())).into(),
        Kind::TableHead => Tag::THead.into(),
        Kind::TableBody => Tag::TBody.into(),
        Kind::Row => Tag::TR.into(),
        Kind::HeadCell { of_row } => {
            Tag::TH(if *of_row { TableHeaderScope::Row } else { TableHeaderScope::Column }).into()
        }
        Kind::Cell => Tag::TD.into(),
        Kind::Figure(alt, page, [x, y, w, h]) => {
            let place = Rect::from_xywh(*x, *y, *w, *h).map(|r| BBox::new(*page, r));
            Tag::Figure(Some(alt.clone())).with_bbox(place).into()
        }
    })
}

/// Sections with their parts inside.
fn outline(flow: &Flow) -> Outline {
    let mut out = Outline::new();
    let mut open: Option<OutlineNode> = None;
    for mark in &flow.outline {
        let to = XyzDestination::new(mark.page, Point::from_xy(0.0, (mark.y - 12.0).max(0.0)));
        let node = OutlineNode::new(mark.text.clone(), to);
        match (&mut open, mark.level) {
            (Some(parent), 3..) => parent.push_child(node),
            _ => {
                if let Some(done) = open.replace(node) {
                    out.push_child(done);
                }
            }
        }
    }
    if let Some(done) = open {
        out.push_child(done);
    }
    out
}

/// The time of the picture in UTC; `None` outside of the years that PDF can name.
fn date(unix_ms: i64) -> Option<DateTime> {
    let t = jiff::Timestamp::from_millisecond(unix_ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
    let small = |n: i8| u8::try_from(n).unwrap_or(0);
    Some(
        DateTime::new(u16::try_from(t.year()).ok()?)
            .month(small(t.month()))
            .day(small(t.day()))
            .hour(small(t.hour()))
            .minute(small(t.minute()))
            .second(small(t.second()))
            .utc_offset_hour(0)
            .utc_offset_minute(0),
    )
}
