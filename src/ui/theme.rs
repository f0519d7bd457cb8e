//! Design tokens: the only colours, sizes and fonts of the window.

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Frame, Margin, Shadow, Stroke,
    Style, TextStyle, Theme, Ui, Vec2,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Colours by what they are for.
#[derive(Debug)]
pub struct Palette {
    pub page: Color32,
    pub side: Color32,
    pub card: Color32,
    pub line: Color32,
    pub text: Color32,
    pub quiet: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_soft: Color32,
    /// Text on a card or on `accent_soft`.
    pub accent_text: Color32,
    pub on_accent: Color32,
    pub button: Color32,
    pub button_hover: Color32,
    pub code: Color32,
    pub good: Color32,
    pub bad: Color32,
    pub warn: Color32,
    pub warn_soft: Color32,
    pub unsure: Color32,
    pub lamp_red: Color32,
    pub lamp_green: Color32,
    /// A lamp that is not lit.
    pub lamp_off: Color32,
    pub lamp_unknown: Color32,
    pub on_lamp: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const LIGHT: Palette = Palette {
    page: rgb(0xf4f6f8),
    side: rgb(0xeaeef2),
    card: rgb(0xffffff),
    line: rgb(0xd5dbe2),
    text: rgb(0x17212b),
    quiet: rgb(0x51606e),
    accent: rgb(0x1b5e9b),
    accent_hover: rgb(0x174f83),
    accent_soft: rgb(0xdce8f4),
    accent_text: rgb(0x174f83),
    on_accent: rgb(0xffffff),
    button: rgb(0xffffff),
    button_hover: rgb(0xf0f4f8),
    code: rgb(0xf3f5f8),
    good: rgb(0x17753a),
    bad: rgb(0xb3261e),
    warn: rgb(0x8a5200),
    warn_soft: rgb(0xfdf1dc),
    unsure: rgb(0x51606e),
    lamp_red: rgb(0xd8322b),
    lamp_green: rgb(0x1f9a4c),
    lamp_off: rgb(0x55606b),
    lamp_unknown: rgb(0xaab4be),
    on_lamp: rgb(0xffffff),
};

const DARK: Palette = Palette {
    page: rgb(0x12171c),
    side: rgb(0x0e1317),
    card: rgb(0x1b2229),
    line: rgb(0x323c46),
    text: rgb(0xe6ebf0),
    quiet: rgb(0xa3b0bc),
    accent: rgb(0x2f76b8),
    accent_hover: rgb(0x3a86cb),
    accent_soft: rgb(0x213547),
    accent_text: rgb(0x93c4f2),
    on_accent: rgb(0xffffff),
    button: rgb(0x252e37),
    button_hover: rgb(0x2e3944),
    code: rgb(0x12181d),
    good: rgb(0x5fcb86),
    bad: rgb(0xff8a80),
    warn: rgb(0xf0b45a),
    warn_soft: rgb(0x3a2d14),
    unsure: rgb(0xa3b0bc),
    lamp_red: rgb(0xe5443c),
    lamp_green: rgb(0x2eae5f),
    lamp_off: rgb(0x46515c),
    lamp_unknown: rgb(0x6c7884),
    on_lamp: rgb(0xffffff),
};

/// The colours in force.
#[must_use]
pub fn palette(ui: &Ui) -> &'static Palette {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Sizes in points.
pub mod size {
    pub const SIDE: f32 = 272.0;
    /// Below this width the gateways become a page of their own.
    pub const NARROW: f32 = 700.0;
    /// Text is not made wider than this: long lines are hard to read.
    pub const READING: f32 = 860.0;
    pub const LAMP: f32 = 132.0;
    pub const LAMP_NARROW: f32 = 84.0;
    pub const LAMP_SMALL: f32 = 20.0;
    pub const MARK: f32 = 16.0;
    pub const GAP: f32 = 12.0;
    /// Width of the words before a field.
    pub const KEY: f32 = 96.0;
    pub const BIG_BUTTON: [f32; 2] = [260.0, 56.0];
    pub const GATEWAY_ROW: f32 = 48.0;
}

/// Text scale: 100 % to 200 %.
pub const ZOOM: std::ops::RangeInclusive<f32> = 1.0..=2.0;
pub const ZOOM_STEP: f32 = 0.1;

/// The one verdict.
#[must_use]
pub fn verdict_style() -> TextStyle {
    TextStyle::Name("verdict".into())
}

/// Titles of cards.
#[must_use]
pub fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// Words that carry weight in running text.
#[must_use]
pub fn strong_style() -> TextStyle {
    TextStyle::Name("strong".into())
}

fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The fonts: the ones of the report first, then egui's own for what they lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let own: [(&str, &'static [u8], FontFamily); 3] = [
        ("regular", include_bytes!("../../assets/fonts/Inter-Regular.ttf"), FontFamily::Proportional),
        ("semibold", include_bytes!("../../assets/fonts/Inter-SemiBold.ttf"), semibold()),
        ("mono", include_bytes!("../../assets/fonts/Mono-Regular.ttf"), FontFamily::Monospace),
    ];
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    fonts.families.insert(semibold(), fallback);
    for (name, bytes, family) in own {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        fonts.families.entry(family).or_default().insert(0, name.to_owned());
    }
    fonts
}

/// Puts the theme into a new window: both looks, following the system.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(Theme::Light, style(&LIGHT, egui::Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&DARK, egui::Visuals::dark()));
    // our own keys do this, within the limits of ZOOM
    ctx.options_mut(|o| {
        o.zoom_with_keyboard = false;
        // for a desktop that does not say whether it is light or dark
        o.fallback_theme = Theme::Light;
    });
}

fn style(p: &Palette, mut v: egui::Visuals) -> Style {
    v.override_text_color = None;
    v.weak_text_color = Some(p.quiet);
    v.panel_fill = p.page;
    v.window_fill = p.card;
    v.window_stroke = Stroke::new(1.0, p.line);
    v.popup_shadow = Shadow { offset: [0, 4], blur: 14, spread: 0, color: Color32::from_black_alpha(50) };
    v.extreme_bg_color = p.code;
    v.text_edit_bg_color = Some(p.card);
    v.code_bg_color = p.code;
    v.faint_bg_color = p.code;
    v.hyperlink_color = p.accent_text;
    v.warn_fg_color = p.warn;
    v.error_fg_color = p.bad;
    v.selection.bg_fill = p.accent_soft;
    v.selection.stroke = Stroke::new(2.0, p.accent_text);
    v.indent_has_left_vline = false;
    let radius = CornerRadius::same(6);
    let w = &mut v.widgets;
    for (state, fill, stroke, text) in [
        (&mut w.noninteractive, p.card, p.line, p.text),
        (&mut w.inactive, p.button, p.line, p.text),
        (&mut w.hovered, p.button_hover, p.accent, p.text),
        (&mut w.active, p.accent_soft, p.accent, p.text),
        (&mut w.open, p.button_hover, p.accent, p.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, stroke);
        state.fg_stroke = Stroke::new(1.5, text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(8);

    let mut style = Style { visuals: v, ..Style::default() };
    let prop = |size| FontId::new(size, FontFamily::Proportional);
    let semi = |size| FontId::new(size, semibold());
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, prop(12.0)),
        (TextStyle::Body, prop(14.0)),
        (TextStyle::Button, prop(14.0)),
        (TextStyle::Heading, semi(18.0)),
        (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
        (verdict_style(), semi(22.0)),
        (title_style(), semi(15.0)),
        (strong_style(), semi(14.0)),
    ]);
    style.spacing.item_spacing = Vec2::new(8.0, 7.0);
    style.spacing.button_padding = Vec2::new(12.0, 6.0);
    style.spacing.interact_size.y = 30.0;
    style.spacing.icon_width = 16.0;
    style.spacing.combo_width = 120.0;
    style.spacing.combo_height = 320.0;
    style.spacing.scroll = egui::style::ScrollStyle {
        // a bar that can be seen before it is touched: there is more below
        foreground_color: true,
        dormant_handle_opacity: 0.25,
        active_handle_opacity: 0.4,
        interact_handle_opacity: 0.6,
        ..egui::style::ScrollStyle::thin()
    };
    // movement without meaning distracts, and each frame costs a core without a graphics card
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style
}

/// A white box on the page.
pub fn card(ui: &Ui) -> Frame {
    let p = palette(ui);
    Frame::new()
        .fill(p.card)
        .stroke(Stroke::new(1.0, p.line))
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(18, 16))
}

/// Text to paste.
pub fn code_frame(ui: &Ui) -> Frame {
    let p = palette(ui);
    Frame::new()
        .fill(p.code)
        .stroke(Stroke::new(1.0, p.line))
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::symmetric(12, 10))
}

/// A strip that must not be overlooked but is no alarm.
pub fn notice(ui: &Ui) -> Frame {
    let p = palette(ui);
    Frame::new()
        .fill(p.warn_soft)
        .stroke(Stroke::new(1.0, p.warn.gamma_multiply(0.5)))
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(14, 9))
}

/// The strip of the simulated site.
pub fn banner(ui: &Ui) -> Frame {
    let p = palette(ui);
    Frame::new().fill(p.warn_soft).inner_margin(Margin::symmetric(16, 8))
}

/// The margin of panels.
pub fn panel(fill: Color32, x: i8, y: i8) -> Frame {
    Frame::new().fill(fill).inner_margin(Margin::symmetric(x, y))
}
