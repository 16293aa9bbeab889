//! What is assumed without being known.

/// Which assumption is taken to fail.
pub(super) type Failing<'a> = Option<&'a str>;
