//! What a candidate is made for: an operation's step of a caller, and the texts as they are.

use super::change::Document;
use super::texts::{Stand, Texts};
use crate::authz::Request;
use crate::ica::catalogue::{IcaCaller, Step};
use crate::input::ReadAs;
use crate::model::Policy;
use crate::tree::Node;

/// The step that is to be repaired.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub stand: &'a Stand,
    pub texts: &'a Texts,
    pub operation: &'a str,
    pub caller: IcaCaller,
    pub step: &'static Step,
    /// The resource of the step, with `*` for what is open.
    pub resource: &'a str,
}

impl<'a> Scene<'a> {
    /// The name of the file that a policy was read from.
    pub(super) fn file(&self, policy: &Policy) -> Option<&'a str> {
        file(self.stand, policy)
    }

    /// The policy as it stands in its file.
    pub(super) fn root(&self, policy: &Policy) -> Option<Node> {
        let file = self.file(policy)?;
        let text = self.texts.list.iter().find(|text| text.shown == file)?;
        Some(Document::read(&text.now)?.root)
    }

    /// Whether a file may allow more: what a group is allowed all its members are.
    pub(super) fn may_be_widened(&self, file: &str) -> bool {
        let read =
            self.stand.connection.files.iter().filter(|read| self.is_named(&read.name, file));
        read.into_iter().all(|read| read.read_as != ReadAs::GroupPolicy)
    }

    /// Whether a name of the settings stands for a file of reports.
    pub(super) fn is_named(&self, name: &str, file: &str) -> bool {
        self.texts.list.iter().any(|text| text.name == name && text.shown == file)
    }

    /// The ARN that stands for the caller in a list of exceptions.
    pub(super) fn listed_caller(&self, request: &Request) -> String {
        let connection = &self.stand.connection;
        let arn = request.caller.principal_arn().unwrap_or_default();
        connection.customer.listed_arn(self.caller, &arn, connection.session_name.as_deref())
    }

    /// The ARN that names the caller as a principal: sessions are named by their user.
    pub(super) fn principal(&self) -> Option<String> {
        let connection = &self.stand.connection;
        match self.caller {
            IcaCaller::CrossAccountRole => {
                connection.cross_account_role.as_ref().map(|role| role.as_str().to_owned())
            }
            _ => Some(connection.customer.arn().as_str().to_owned()),
        }
    }
}

/// The name of the file that a policy was read from.
pub(super) fn file<'a>(stand: &'a Stand, policy: &Policy) -> Option<&'a str> {
    stand.sources.trace(policy.span).map(|place| place.source.name())
}
