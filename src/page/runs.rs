//! The last runs: a small chart, and the closing lines of the latest.

use std::fmt::Write as _;

use super::html::{Message, Text};
use super::top::moment;
use super::{Page, Run, Tone};
use crate::domain::span::ago;

/// So many runs are bars.
pub const MOST_BARS: usize = 48;

/// So many are lines.
const MOST_LINES: usize = 5;

/// What a bar and the space behind it take.
const STEP: usize = 12;

/// How tall the tallest bar is.
const TALL: usize = 48;

/// The foot of the page.
pub(super) fn footer(out: &mut String, page: &Page<'_>) {
    out.push_str("<footer class=\"wrap\">\n<h2>Runs</h2>\n");
    if page.runs.is_empty() {
        out.push_str("<p class=\"empty\">None yet.</p>\n");
    } else {
        chart(out, page);
        out.push_str("<ul class=\"log\">\n");
        for run in page.runs.iter().take(MOST_LINES) {
            let _ = writeln!(
                out,
                "<li><span class=\"when\">{}</span> <span>{}</span></li>",
                ago(page.now, run.started_at.min(page.now)),
                Message(&run.summary)
            );
        }
        out.push_str("</ul>\n");
    }
    let _ = writeln!(
        out,
        "<p class=\"meta\">Made {} by lbjf {}. Ages are as of then.</p>\n</footer>",
        moment(page.now),
        Text(page.version)
    );
}

/// A bar a run, the newest at the right: its height is how long it took, its colour how it went.
fn chart(out: &mut String, page: &Page<'_>) {
    let runs: Vec<&Run> = page.runs.iter().take(MOST_BARS).rev().collect();
    let count = |tone| runs.iter().filter(|run| run.tone == tone).count();
    let (good, all) = (count(Tone::Good), runs.len());
    // Few are not drawn larger than many.
    let width = all.max(MOST_BARS / 2) * STEP;
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {width} {}\" preserveAspectRatio=\"xMinYMax meet\" role=\"img\" \
         aria-label=\"The last {all} runs, of which {good} went well\">\n\
         <line class=\"axis\" x1=\"0\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/>\n",
        TALL + 6,
        y = TALL + 4
    );
    for (index, run) in runs.iter().enumerate() {
        let height = height(run.took);
        let x = index * STEP;
        let _ = writeln!(
            out,
            "<rect class=\"bar {}\" x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"2\"><title>{}: {}</title></rect>",
            run.tone.class(),
            TALL + 2 - height,
            STEP - 4,
            ago(page.now, run.started_at.min(page.now)),
            Text(&run.summary)
        );
    }
    out.push_str("</svg>\n");
}

/// Ten times as long is so much taller: runs take from a second to hours.
fn height(took: Option<i64>) -> usize {
    let secs = took.unwrap_or(0).clamp(0, 86_400);
    let digits = (secs * secs + 1).ilog2() as usize;
    (6 + digits * 4 / 3).min(TALL)
}
