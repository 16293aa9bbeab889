//! What one slip of the pen would do.

use super::error::Error;
use super::files::unreadable;
use super::workspace::Workspace;
use crate::fix::{Recorder, Texts};
use crate::input::{Loader, Unreadable, read_policy};
use crate::model::PolicyKind;
use crate::mutate::{self, Alone, Connected, Options, Original};
use crate::product::build::settings::Settings;
use crate::product::build::{Built, build};
use crate::report::fuzz::Fuzzed;

impl Workspace {
    /// Makes every slip of the pen that a person plausibly makes in these policies, each by itself, and proves what it does. `account` owns the
    /// resources that they are about.
    ///
    /// ```
    /// use ica_policy::api::{Effect, FuzzOptions, PolicyKind, Reach, Workspace};
    /// let mut workspace = Workspace::new();
    /// workspace.add_text(
    ///     "bucket.json",
    ///     r#"{"Version": "2012-10-17", "Statement": [
    ///       {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
    ///        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*"}]}"#,
    /// )?;
    /// let options = FuzzOptions::default();
    /// let fuzzed =
    ///     workspace.fuzz(&["bucket.json"], PolicyKind::Resource, Some("111122223333"), &options)?;
    /// let worst = &fuzzed.mutants[0];
    /// assert_eq!((worst.effect, worst.slips[0].id), (Effect::Opens, "principal-everybody"));
    /// assert_eq!(worst.opens.as_ref().map(|opening| opening.to), Some(Reach::Anonymous));
    /// # Ok::<(), ica_policy::api::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file cannot be read, or holds no policy.
    pub fn fuzz(
        &mut self,
        files: &[&str],
        kind: PolicyKind,
        account: Option<&str>,
        options: &Options,
    ) -> Result<Fuzzed, Error> {
        let mut originals = Vec::new();
        for name in files {
            let read = self.texts.load(&mut self.sources, name).and_then(|id| {
                Ok((id, read_policy(&mut self.sources, id).map_err(Unreadable::Text)?))
            });
            let (id, document) = read.map_err(|wrong| Error::unreadable(&self.sources, wrong))?;
            originals.push(Original::new(&self.sources, id, name.into(), kind, document));
        }
        let alone = Alone::new(self.sources.clone(), originals, account);
        let fuzzed = mutate::fuzz(&alone, options, &|_, _| {});
        Ok(Fuzzed::alone(&alone, options, &fuzzed))
    }

    /// The same in the documents of a connection: all layers, callers and operations count.
    ///
    /// # Errors
    /// As [`Workspace::check_settings`].
    pub fn fuzz_settings(
        &mut self,
        settings: &Settings,
        options: &Options,
    ) -> Result<Fuzzed, Error> {
        let mut texts = Texts::default();
        let mut recorder = Recorder { loader: &mut self.texts, texts: &mut texts };
        let Built { unreadable: wrong, .. } =
            build(self.product, settings, &mut self.sources, &mut recorder)?;
        Error::unless_unreadable(&self.sources, wrong, ())?;
        let connected = Connected::new(self.product, settings, &texts).ok_or_else(|| {
            let message = "the files cannot be read again from memory".to_owned();
            Error::unreadable(&self.sources, unreadable("settings", message, None))
        })?;
        let fuzzed = mutate::fuzz(&connected, options, &|_, _| {});
        Ok(Fuzzed::connected(&connected, options, &fuzzed))
    }
}
