//! Who is near to the owner of a resource and who is far.

use crate::authz::{Caller, naming};
use crate::model::{Named, PolicyKind};
use crate::mutate::outcome::Reach;

/// What a document is judged on: groups of callers, by how far they are from the owner.
#[derive(Clone, Debug)]
pub(in crate::mutate) struct Ground {
    /// The groups, the farthest first; none where the document names no principals.
    pub(super) groups: Vec<Reach>,
    /// The account that owns the resource.
    account: Option<String>,
    /// Who is meant to have access.
    callers: Vec<Named>,
    /// The names that tell the groups apart.
    pub(super) names: Vec<Named>,
}

impl Ground {
    /// `account` owns the resource; `callers` are those who are meant to have access.
    pub(in crate::mutate) fn new(
        kind: PolicyKind,
        account: Option<&str>,
        callers: &[Named],
    ) -> Ground {
        let groups = match account {
            _ if !kind.has_principal() => Vec::new(),
            Some(_) => vec![Reach::Anonymous, Reach::OtherAccounts, Reach::Account],
            None => vec![Reach::Anonymous, Reach::Others],
        };
        let owner = account.map(|account| Named::Account(account.to_owned()));
        let names = owner.into_iter().chain(callers.iter().cloned()).collect();
        let (account, callers) = (account.map(str::to_owned), callers.to_vec());
        Ground { groups, account, callers, names }
    }

    /// The same without those of other accounts.
    pub(super) fn near(&self) -> Ground {
        let mut near = self.clone();
        near.groups.retain(|reach| *reach < Reach::OtherAccounts);
        near
    }

    /// Whether callers of a class are of a group. `account` is theirs, `None` for any that nothing names.
    pub(super) fn has(&self, group: Reach, caller: &Caller, account: Option<&str>) -> bool {
        let is_unsigned = *caller == Caller::Anonymous;
        let is_meant = || self.callers.iter().any(|named| naming(named, caller).is_some());
        let is_own = account.is_some() && account == self.account.as_deref();
        match group {
            Reach::Anonymous => is_unsigned,
            Reach::OtherAccounts => !is_unsigned && !is_own && !is_meant(),
            Reach::Account => is_own && !is_meant(),
            Reach::Others => !is_unsigned,
            Reach::SameCallers => true,
        }
    }
}
