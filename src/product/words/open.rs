//! Sentences about what AWS leaves open, and about text that AWS may refuse.

use super::scene::{Scene, deciding_condition, locate};
use crate::authz::{Ambiguity, Caller, Choice, LayerId, Request};
use crate::eval::{Outcome, ReadingDecision, concerns};
use crate::model::{Doubt, Statement};
use crate::product::answer::Unknown;
use crate::product::space::OF_SESSION;
use crate::product::verdict::{Advice, Reason, ReasonKind, empty};
use crate::why::{Cause, Near, Place};

impl Scene<'_> {
    pub(super) fn open(
        &self,
        cause: &Cause<'_>,
        readings: &[ReadingDecision],
        denied_by: Option<Place<'_>>,
        near: &[Near<'_>],
    ) -> Reason {
        let is_suspect = |reading: &ReadingDecision| {
            reading.ambiguity == Ambiguity::RefusedWords && reading.choice == Choice::First
        };
        if readings.iter().any(is_suspect)
            && self.first_doubt(&cause.request).is_none()
            && let Some(key) = cause.request.context.open_variables().next()
        {
            let is_session = matches!(cause.request.caller, Caller::FederatedSession { .. });
            let of_session = is_session && OF_SESSION.contains(&key);
            let unknown =
                if of_session { Unknown::SessionName } else { Unknown::Key(key.to_owned()) };
            return self.unknown(&unknown, &[]);
        }
        let words = readings.iter().map(|reading| {
            let outcome = if reading.outcome == Outcome::Allowed { "allowed" } else { "denied" };
            format!("{outcome} if {}", reading.ambiguity.text(reading.choice))
        });
        let action = self.question.step.written(&cause.request.action);
        let message = format!(
            "AWS leaves open whether `{action}` is allowed: {}",
            words.collect::<Vec<_>>().join("; ")
        );
        let mut reason = empty(ReasonKind::Ambiguous, self.layer_name(cause.layer), message);
        reason.help = Some(Advice::plain(
            "change the words so that it does not depend on this, or try one such request with AWS",
        ));
        if readings.iter().any(is_suspect) {
            self.point_at_doubt(&mut reason, &cause.request);
        } else if let Some(Place { statement, .. }) = denied_by {
            locate(&mut reason, statement);
            let principal = statement.principal.as_ref().map(|element| element.span);
            reason.span = deciding_condition(statement)
                .map(|condition| condition.span)
                .or(principal)
                .or(reason.span);
        } else if let Some(near) = near.first() {
            locate(&mut reason, near.place.statement);
            reason.span = near.lacks.first().map(|(_, span)| *span);
        }
        reason
    }

    fn first_doubt(&self, request: &Request) -> Option<(LayerId, &Statement, &Doubt)> {
        let mut suspects = self.statements().filter_map(|(layer, statement)| {
            let suspect = statement.all_doubts().next()?;
            concerns(statement, &request.action).then_some((layer, statement, suspect))
        });
        suspects.next()
    }

    /// The text that AWS would refuse or that exceeds a limit of this program, in the first statement that may be about the action.
    fn point_at_doubt(&self, reason: &mut Reason, request: &Request) {
        let Some((layer, statement, suspect)) = self.first_doubt(request) else { return };
        let (words, help) = if suspect.is_limit {
            reason.kind = ReasonKind::Limit;
            ("this text is not matched", "shorten it; AWS may accept it")
        } else {
            ("AWS would refuse this text", "correct the text that AWS would refuse")
        };
        let action = self.question.step.written(&request.action);
        locate(reason, statement);
        reason.layer = self.layer_name(layer);
        reason.span = Some(suspect.span);
        reason.message =
            format!("{words} ({}), so whether `{action}` is allowed is not known", suspect.reason);
        reason.help = Some(Advice::plain(help));
    }
}
