//! The document as a PDF: tagged, PDF/A-3a and PDF/UA-1, fonts embedded, the JSON attached. Same document, same bytes.

mod blocks;
mod flow;
mod font;
mod paint;
mod picture;
mod table;

use super::Document;

/// No PDF could be written at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the PDF could not be written: {0}; the Markdown and JSON reports hold the same")]
pub struct PdfError(String);

/// A PDF that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfReport {
    pub bytes: Vec<u8>,
    /// `None` for PDF/A-3a and PDF/UA-1; else why it is a plain PDF. That is a fault of the program, yet better than
    /// leaving somebody without a report.
    pub plain_because: Option<String>,
}

/// The document as a PDF with `attach`, the JSON of the same snapshot and options, inside.
///
/// # Errors
/// When not even a plain PDF could be written.
pub fn pdf(document: &Document, attach: Option<&str>) -> Result<PdfReport, PdfError> {
    let flow = blocks::lay_out(document);
    match paint::paint(&flow, document, attach, true) {
        Ok(bytes) => Ok(PdfReport { bytes, plain_because: None }),
        Err(why) => {
            let bytes = paint::paint(&flow, document, attach, false)?;
            Ok(PdfReport { bytes, plain_because: Some(why.0) })
        }
    }
}
