//! The input of candidates: an operation's step of a caller, and the current texts.

use super::change::Document;
use super::texts::{Snapshot, Texts};
use crate::authz::Request;
use crate::input::ReadAs;
use crate::model::Policy;
use crate::product::CallerId;
use crate::product::catalogue::Step;
use crate::tree::Node;

/// The step that is to be repaired.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub snapshot: &'a Snapshot,
    pub texts: &'a Texts,
    pub operation: &'a str,
    pub caller: CallerId,
    pub step: &'static Step,
    /// The resource of the step, with `*` for its open part.
    pub resource: &'a str,
}

impl<'a> Scene<'a> {
    /// The name of the file that a policy was read from.
    pub(super) fn file(&self, policy: &Policy) -> Option<&'a str> {
        file(self.snapshot, policy)
    }

    /// The policy as it is written in its file.
    pub(super) fn root(&self, policy: &Policy) -> Option<Node> {
        let file = self.file(policy)?;
        let text = self.texts.list.iter().find(|text| text.shown == file)?;
        Some(Document::read(&text.now)?.root)
    }

    /// Whether a file may allow more: a group's policy would allow it to all members.
    pub(super) fn may_be_widened(&self, file: &str) -> bool {
        let read =
            self.snapshot.connection.files.iter().filter(|read| self.is_named(&read.name, file));
        read.into_iter().all(|read| read.read_as != ReadAs::GroupPolicy)
    }

    /// Whether a name of the settings and a name of reports mean the same file.
    pub(super) fn is_named(&self, name: &str, file: &str) -> bool {
        self.texts.list.iter().any(|text| text.name == name && text.shown == file)
    }

    /// The ARN that a list of exceptions needs for the caller.
    pub(super) fn listed_caller(&self, request: &Request) -> String {
        let connection = &self.snapshot.connection;
        let arn = request.caller.principal_arn().unwrap_or_default();
        connection.customer.listed_arn(self.caller, &arn, connection.session_name.as_deref())
    }

    /// The ARN that names the caller as a principal: for sessions it is that of their user.
    pub(super) fn principal(&self) -> Option<String> {
        let connection = &self.snapshot.connection;
        let arn = connection.own_arn(self.caller, self.step.resource)?;
        Some(arn.as_str().to_owned())
    }
}

/// The name of the file that a policy was read from.
pub(super) fn file<'a>(snapshot: &'a Snapshot, policy: &Policy) -> Option<&'a str> {
    snapshot.sources.trace(policy.span).map(|place| place.source.name())
}
