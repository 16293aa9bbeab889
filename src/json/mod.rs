//! JSON text to [`crate::tree`].
