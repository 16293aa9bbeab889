//! The exception of the product's callers from a Deny, in words that can be pasted.

use super::setup::{Customer, Setup};
use crate::authz::LayerId;
use crate::model::{Arn, Condition, Statement};

/// What to write into a Deny so that it leaves out the callers of a connection, in words that can be pasted.
pub fn excepted(setup: &Setup, layer: LayerId, statement: &Statement) -> String {
    let callers = Callers {
        product: setup.product.wording().product,
        customer: &setup.customer,
        session: setup.session_name.as_deref(),
        vendor: setup.cross_account_role.as_ref(),
    };
    callers.excepted(layer, statement)
}

/// The callers of a product.
pub(super) struct Callers<'a> {
    pub product: &'static str,
    pub customer: &'a Customer,
    /// The name of the sessions, if it is known.
    pub session: Option<&'a str>,
    pub vendor: Option<&'a Arn>,
}

impl Callers<'_> {
    /// What to write into a Deny so that it leaves out the product's callers, in words that can be pasted.
    pub(super) fn excepted(&self, layer: LayerId, statement: &Statement) -> String {
        let own = self.customer.arn();
        let session = self.session.unwrap_or("*");
        let sessions = matches!(self.customer, Customer::User(_)).then(|| {
            format!("arn:{}:sts::{}:federated-user/{session}", own.partition(), own.account())
        });
        let own = own.as_str();
        // The vendor's role is bound by the policies of the resource, not by those of the customer's account.
        let vendor = self.vendor.map(Arn::as_str);
        let vendor = vendor.filter(|_| matches!(layer, LayerId::Resource | LayerId::Rcp(_)));
        let listed = std::iter::once(own).chain(sessions.as_deref()).chain(vendor);
        let listed = listed.map(|arn| format!("\"{arn}\"")).collect::<Vec<_>>().join(", ");
        let operator = |condition: &Condition| condition.operator.node == "ArnNotLike";
        let of_operator = statement.conditions.iter().filter(|condition| operator(condition));
        let has_key =
            of_operator.clone().any(|condition| &*condition.key.node == "aws:principalarn");
        let list = format!("\"aws:PrincipalArn\": [{listed}]");
        let (words, place) = match (statement.conditions.is_empty(), of_operator.count()) {
            (true, _) => {
                (format!("\"Condition\": {{\"ArnNotLike\": {{{list}}}}}"), "the statement")
            }
            (false, 0) => (format!("\"ArnNotLike\": {{{list}}}"), "its `Condition`"),
            (false, _) if has_key => (listed, "its list of `aws:PrincipalArn`"),
            (false, _) => (list, "its `ArnNotLike`"),
        };
        format!("except {}'s callers from this Deny: put `{words}` into {place}", self.product)
    }
}
