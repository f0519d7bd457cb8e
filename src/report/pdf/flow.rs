//! Pages being filled: drawing operations at their places, and the tree of tags they belong to. Knows nothing of blocks.

use super::font::Face;

pub(super) const PAGE_W: f32 = 595.28;
pub(super) const PAGE_H: f32 = 841.89;
pub(super) const LEFT: f32 = 50.0;
pub(super) const WIDTH: f32 = PAGE_W - 2.0 * LEFT;
const TOP: f32 = 62.0;
const BOTTOM: f32 = PAGE_H - 64.0;
/// Height of a page between the margins.
pub(super) const BODY: f32 = BOTTOM - TOP;

/// Red, green, blue.
pub(super) type Color = [u8; 3];

#[derive(Clone, Debug)]
pub(super) enum Op {
    /// The point is the beginning of the base line.
    Text {
        x: f32,
        y: f32,
        face: Face,
        size: f32,
        color: Color,
        text: String,
    },
    Rect {
        x: f32,
        y: f32,
        w: f32,
        h: f32,
        fill: Color,
    },
    Circle {
        x: f32,
        y: f32,
        r: f32,
        fill: Option<Color>,
        stroke: Option<(Color, f32)>,
    },
    /// Corners joined by straight lines: filled when there is no width, else drawn with that width.
    Lines {
        points: Vec<(f32, f32)>,
        color: Color,
        width: Option<f32>,
        dashed: bool,
    },
}

/// What a piece of a page is to a screen reader.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Root,
    Heading(u8, String),
    Paragraph,
    Code,
    List,
    Item,
    Label,
    Body,
    Table(String),
    TableHead,
    TableBody,
    Row,
    HeadCell {
        of_row: bool,
    },
    Cell,
    /// Alternative text; page and place (x, y, width, height).
    Figure(String, usize, [f32; 4]),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Child {
    Node(usize),
    Content(usize),
}

#[derive(Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub children: Vec<Child>,
}

/// Operations that belong together: content of a tag, or decoration that a screen reader skips.
#[derive(Debug)]
pub(super) struct Item {
    pub content: Option<usize>,
    pub ops: Vec<Op>,
}

/// An entry of the outline.
#[derive(Debug)]
pub(super) struct Mark {
    pub level: u8,
    pub text: String,
    pub page: usize,
    pub y: f32,
}

#[derive(Debug)]
pub(super) struct Flow {
    pub pages: Vec<Vec<Item>>,
    pub nodes: Vec<Node>,
    pub contents: usize,
    pub outline: Vec<Mark>,
    /// Where the next block begins.
    pub y: f32,
}

impl Flow {
    pub(super) fn new() -> Flow {
        Flow {
            pages: vec![Vec::new()],
            nodes: vec![Node { kind: Kind::Root, children: Vec::new() }],
            contents: 0,
            outline: Vec::new(),
            y: TOP,
        }
    }

    pub(super) fn page(&self) -> usize {
        self.pages.len() - 1
    }

    pub(super) fn at_top(&self) -> bool {
        self.y <= TOP
    }

    /// Height that is left on this page.
    pub(super) fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    /// Begins a new page when less than `height` is left, unless the page is empty.
    pub(super) fn ensure(&mut self, height: f32) {
        if self.room() < height && !self.at_top() {
            self.new_page();
        }
    }

    /// White space, none at the top of a page.
    pub(super) fn space(&mut self, height: f32) {
        if !self.at_top() {
            self.y += height;
        }
    }

    /// A new tag inside `parent` (0 is the root).
    pub(super) fn node(&mut self, parent: usize, kind: Kind) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, children: Vec::new() });
        if let Some(p) = self.nodes.get_mut(parent) {
            p.children.push(Child::Node(id));
        }
        id
    }

    /// Operations on this page that are the content of a tag.
    pub(super) fn content(&mut self, node: usize, ops: Vec<Op>) {
        if ops.is_empty() {
            return;
        }
        let id = self.contents;
        self.contents += 1;
        if let Some(n) = self.nodes.get_mut(node) {
            n.children.push(Child::Content(id));
        }
        self.push(Item { content: Some(id), ops });
    }

    /// Decoration on this page.
    pub(super) fn artifact(&mut self, ops: Vec<Op>) {
        if !ops.is_empty() {
            self.push(Item { content: None, ops });
        }
    }

    fn push(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }
}
