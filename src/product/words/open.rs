//! Sentences about what AWS leaves open, and about text that AWS may refuse.

use super::scene::{Scene, deciding_condition, locate};
use crate::authz::{Ambiguity, Choice, Request};
use crate::eval::{Outcome, ReadingDecision, concerns};
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
        let is_suspect = |reading: &ReadingDecision| {
            reading.ambiguity == Ambiguity::RefusedWords && reading.choice == Choice::First
        };
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

    /// The text that AWS would refuse or that exceeds a limit of this program, in the first statement that may be about the action.
    fn point_at_doubt(&self, reason: &mut Reason, request: &Request) {
        let mut suspects = self.statements().filter_map(|(layer, statement)| {
            let suspect = statement.all_doubts().next()?;
            concerns(statement, &request.action).then_some((layer, statement, suspect))
        });
        let Some((layer, statement, suspect)) = suspects.next() else { return };
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
