//! Who asks, for what, past which layers: callers, requests, and the formula that combines the layers.
//!
//! Written once and used by both engines. Nothing here matches a pattern.

mod access_point;
mod ambiguity;
mod behind;
mod caller;
mod context;
mod credentials;
mod formula;
mod known;
mod layer_table;
mod layers;
mod naming;
mod policy_set;
mod provider;
mod readings;
mod request;
mod request_keys;
mod signed_with;

pub use ambiguity::{Ambiguity, Choice};
pub use behind::formula;
pub use caller::{Caller, CallerError, CallerKind};
pub use context::{Context, ContextValue};
pub use credentials::{needs_no_permission, ruled_out};
pub use formula::{Formula, denies_bind};
pub use known::Known;
pub use layer_table::{FileCount, LAYERS, LayerRow};
pub use layers::{Layer, LayerId, Layers, StatementRef};
pub use naming::{Exception, Naming, NamingSet, exception, naming};
pub use policy_set::PolicySet;
pub use provider::Provider;
pub use readings::{Readings, Tried, bit, decisive, under_all_readings};
pub use request::{MAX_VALUE_BYTES, Request, RequestError};
pub use request_keys::{
    Class, Function, KeyRow, Piece, Presence, Shape, any_arn, claim, display_name, is_usual_claim,
    may_be_null, may_have_key, presence, presence_for, request_key, request_keys, shape,
};
pub use signed_with::{Credentials, Endpoint};
