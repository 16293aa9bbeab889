//! All requests of a question at once: what a policy allows that another does not, and what is granted, with a request that shows it.
//!
//! `docs/symbolic.md` describes the method. Matching is this room's own: it shares the model and the readings with
//! [`crate::eval`], which replays every request that is shown. The folders are the steps, and each uses only those before it:
//!
//! 1. `text`: patterns of texts, numbers, dates and addresses become classes of values (`walk`, `classes`, `values`).
//! 2. `boxes`: statements become constraints on dimensions (`encode`), and in a `space` products of sets of classes,
//!    one box each; `subtract` finds what lies in one box and in none of others, `sample` makes it a request.
//! 3. `domain`: the requests that AWS has, as boxes (`feasible`), one by one (`possible`), or cut for a question (`cells`).
//! 4. `subject`: what can be asked about: `documents` by themselves, or the `access` of a known caller past its layers.
//! 5. `show`: the words that make a difference (`causes`), a request that a person recognises (`plausible`).
//! 6. `ask`: the one search (`difference`) and its questions: `compare`, `differences`, `can`, `external_access`.

mod ask;
mod boxes;
mod domain;
mod show;
mod subject;
mod text;
mod undecided;

pub(crate) use ask::among::{Among, lost_among};
pub use ask::asked_services::{AskedService, asked_services};
pub(crate) use ask::can::can_within;
pub use ask::can::{Answered, Granted, Shown, can, together};
pub use ask::compare::{Answer, Compared, Gain, Relation, compare, compare_access, lost_for};
pub(crate) use ask::compare::{compare_access_within, gained_within, is_lost, lost_within};
pub use ask::decide::decide;
pub use ask::differences::{
    Differences, Direction, access_differences, differences, differences_within,
};
pub(crate) use ask::differences::{access_differences_within, differences_beyond};
pub(crate) use ask::external_access::outsiders_within;
pub use ask::external_access::{Asked, Outside, Outsider, outsiders, reached};
pub use ask::listing::Region;
pub use ask::narrowed::Named;
pub use ask::representatives::{
    AnyOf, Grain, KeyValues, Rest, TextComparison, Way, fillings, key_values, rests,
};
pub use boxes::dimension::Requests;
pub use boxes::sample::Sample;
pub use domain::question::{Question, Who};
pub use show::causes::Cause;
pub use subject::access::Access;
pub use subject::side::Place;
pub use subject::within::Within;
pub(crate) use text::Together;
pub use text::variables::Variables;
pub use undecided::Undecided;
