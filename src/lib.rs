//! `ica_policy` reads AWS IAM and S3 bucket policies as text and says what they allow.
//!
//! It needs no network and no AWS account. All of it is reached through [`api::Workspace`]: read
//! policies with it, then ask. Answers are plain values with public fields. An [`Error`] keeps every
//! finding that prevents an answer, so `main` can return it.
//!
//! ```toml
//! [dependencies]
//! ica-policy = { path = "..", default-features = false } # the library without the command line
//! ```
//!
//! # Decide a request
//!
//! ```
//! use ica_policy::api::{Error, Outcome, PolicyKind, Request, Workspace};
//!
//! # fn main() -> Result<(), Error> {
//! let mut workspace = Workspace::new();
//! let user = workspace.parse(
//!     "user.json",
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*",
//!         "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}}"#,
//!     PolicyKind::Identity,
//! )?;
//! let ana = "arn:aws:iam::111122223333:user/ana";
//! let request = Request::new(ana, "s3:GetObject", "arn:aws:s3:::b/a.txt");
//!
//! let decision = workspace.decide(&request.clone().with("aws:SourceIp", "203.0.113.7"), &[&user])?;
//! assert_eq!(decision.outcome, Outcome::Allowed);
//! // Every statement that decides, with its layer, Sid and place. Where nothing allows the request,
//! // there is one entry for each layer that could have allowed it, with the layer alone.
//! for by in &decision.by {
//!     assert_eq!(by.sid.as_deref(), Some("Read"));
//!     if let Some(place) = &by.place {
//!         println!("allowed at {}:{}:{}", place.file, place.line, place.column);
//!     }
//! }
//!
//! let decision = workspace.decide(&request.with("aws:SourceIp", "198.51.100.7"), &[&user])?;
//! assert_eq!(decision.outcome, Outcome::ImplicitlyDenied);
//! // Each finding names its place: `user.json:3:41: warning[no-allow]: nothing in the identity ..`
//! for finding in &decision.findings {
//!     println!("{finding}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Whether the action exists and works on this kind of resource is not checked here: a misspelt
//! action is decided like any other. [`Policy::findings`] says which actions AWS does not have.
//!
//! # Say what is wrong with a text
//!
//! What prevents reading is in the error; [`Policy::findings`] has the rest. Lines and columns count
//! from 1.
//!
//! ```
//! use ica_policy::api::{PolicyKind, Workspace};
//!
//! let broken = r#"{"Statement": {"Effect": "Allow" "Action": "s3:*"}}"#;
//! let error = Workspace::new().parse("broken.json", broken, PolicyKind::Identity).unwrap_err();
//! let finding = &error.findings()[0];
//! if let Some(place) = &finding.place {
//!     assert_eq!((place.line, place.column), (1, 34));
//!     println!("{}:{}:{}: {}", place.file, place.line, place.column, finding.message);
//! }
//! ```
//!
//! # Compare two policies
//!
//! The answer holds for all requests that AWS can get ([`Requests::Possible`]), or for any text in each key
//! ([`Requests::Any`]). A difference is a set of requests: its `region` has all their actions and
//! resources, its `example` is one of them, and `because` has the words that cause it. `newly_denied`
//! has the other direction; if both lists have something, the relation is `Incomparable`. To refuse
//! a wider policy, look whether `newly_allowed` is empty.
//!
//! ```
//! use ica_policy::api::{Error, PolicyKind, Relation, Requests, Workspace};
//!
//! # fn main() -> Result<(), Error> {
//! let policy = |actions: &str| {
//!     format!(r#"{{"Statement": {{"Effect": "Allow", "Action": {actions}, "Resource": "*"}}}}"#)
//! };
//! let mut workspace = Workspace::new();
//! let old = workspace.parse("old.json", &policy(r#""s3:GetObject""#), PolicyKind::Identity)?;
//! let new = workspace.parse("new.json", &policy(r#""s3:*Object""#), PolicyKind::Identity)?;
//!
//! let comparison = workspace.compare(&[&old], &[&new], Requests::Possible);
//! assert_eq!(comparison.relation, Relation::NewAllowsMore);
//! for difference in &comparison.newly_allowed {
//!     // `newly allowed: s3:DeleteObject on arn:aws:s3:::..`
//!     println!("newly allowed: {}", difference.example);
//!     let words = &difference.because[0];
//!     assert_eq!((words.text.as_str(), words.span.line), (r#""s3:*Object""#, 1));
//!     println!("  of {}, by {} of {}", difference.region.actions.patterns.join(", "), words.text, words.file);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Ask whether access is granted
//!
//! This is the same for all requests at once, here of any caller. Policies are read from files.
//!
//! ```
//! use ica_policy::api::{Error, Granted, PolicyKind, Query, Workspace};
//!
//! # fn main() -> Result<(), Error> {
//! let mut workspace = Workspace::in_folder("examples/seed-conflict");
//! let bucket = workspace.load("bucket-policy.json", PolicyKind::Resource)?;
//! let query = Query::new(&["s3:GetObject"], &["arn:aws:s3:::acme-genomics/*"]);
//!
//! let access = workspace.can(&query, &[&bucket])?;
//! assert_eq!(access.granted, Granted::None);
//! for denied in access.answers.iter().filter_map(|answer| answer.denied.as_ref()) {
//!     // `s3:GetObject on arn:aws:s3:::.. by ..`
//!     println!("not granted: {}", denied.example);
//!     // `bucket-policy.json:6:23: warning[denied]: statement 0 of the resource policy denies it`
//!     denied.because.iter().for_each(|finding| println!("  {finding}"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Check a connection of Illumina Connected Analytics
//!
//! ```
//! use ica_policy::api::{Error, Verdict, View, Workspace};
//!
//! # fn main() -> Result<(), Error> {
//! for checked in Workspace::check_folder("examples/seed-conflict")? {
//!     assert_eq!(checked.verdict, Verdict::Blocked);
//!     for cause in &checked.causes {
//!         let operations = cause.stops.iter().map(|stop| stop.operation).collect::<Vec<_>>();
//!         println!("{}: {}", operations.join(", "), cause.finding);
//!     }
//!     // What `ica-policy check --format json` prints.
//!     println!("{}", checked.json());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Which part do I want?
//!
//! | I want to | look at |
//! |---|---|
//! | read a policy from a text | [`Workspace::new`], [`Workspace::parse`] |
//! | read a policy from a file | [`Workspace::in_folder`], [`Workspace::load`] |
//! | say what a policy is used as | [`PolicyKind`]: `Identity`, `Resource` for that of a bucket, `Scp`, .. |
//! | list why a text is no policy | [`Error::findings`] |
//! | list what is wrong with a policy that was read | [`Policy::findings`] |
//! | decide one request | [`Request`], [`Workspace::decide`] |
//! | compare two versions of policies | [`Workspace::compare`] |
//! | know whether somebody can do something | [`Query`], [`Workspace::can`] |
//! | check how Illumina Connected Analytics is connected to a bucket | [`Workspace::check`], [`Workspace::check_folder`] |
//! | write an answer as JSON, by the schemas in `schemas/` | [`View::json`] |
//! | check how another product is connected | [`product`], [`Workspace::of_product`] |
//! | fetch texts by other means than files | [`Loader`], [`Workspace::with_loader`] |
//! | make random policies and requests for tests of my own | the feature `proptest` and its module `strategies` |
//! | show errors as pictures of the text | [`Error`], which is a `miette::Diagnostic` |
//!
//! [`Error::findings`]: api::Error::findings
//! [`Workspace::parse`]: api::Workspace::parse
//! [`Workspace::load`]: api::Workspace::load
//! [`Workspace::new`]: api::Workspace::new
//! [`Workspace::in_folder`]: api::Workspace::in_folder
//! [`PolicyKind`]: api::PolicyKind
//! [`Requests::Possible`]: api::Requests::Possible
//! [`Requests::Any`]: api::Requests::Any
//! [`Request`]: api::Request
//! [`Query`]: api::Query
//! [`View::json`]: api::View::json
//! [`Policy::findings`]: api::Policy::findings
//! [`Workspace::decide`]: api::Workspace::decide
//! [`Workspace::compare`]: api::Workspace::compare
//! [`Workspace::can`]: api::Workspace::can
//! [`Workspace::check`]: api::Workspace::check
//! [`Workspace::check_folder`]: api::Workspace::check_folder
//! [`Workspace::with_loader`]: api::Workspace::with_loader
//! [`Workspace::of_product`]: api::Workspace::of_product
//! [`Loader`]: api::Loader
//! [`Error`]: api::Error
//!
//! [`api`], [`product`] and `strategies` are the public face. The other modules are the rooms of `ARCHITECTURE.md`. They are public for the tests of this
//! repository and change without notice. `tests/architecture.rs` lists which others each of them
//! may use.

#[doc(hidden)]
pub mod access;
pub mod api;
#[doc(hidden)]
pub mod authz;
#[doc(hidden)]
pub mod aws;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod eval;
#[doc(hidden)]
pub mod expect;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fix;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod ica;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod json;
#[doc(hidden)]
pub mod minify;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod mutate;
pub mod product;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod s3;
#[doc(hidden)]
pub mod simulate;
#[doc(hidden)]
pub mod source;
#[cfg(feature = "proptest")]
pub mod strategies;
#[doc(hidden)]
pub mod symbolic;
#[doc(hidden)]
pub mod syntax;
#[doc(hidden)]
pub mod tree;
#[doc(hidden)]
pub mod why;
