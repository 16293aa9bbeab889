//! A request through an access point of S3: two policies of resources count, that of the access
//! point and that of the bucket behind it. Each names the object by an ARN of its own.
//!
//! Source: S3:access-points-policies, S3:MultiRegionAccessPointPermissions (docs/sources.md, F7).

use super::request::RESOURCE_ACCOUNT;
use super::{
    Ambiguity, Caller, ContextValue, Layer, LayerId, Layers, Readings, Request, RequestError,
};
use crate::aws;
use crate::aws::is_account_number;
use crate::model::Arn;
use std::borrow::Cow;

const ACCESS_POINT_ARN: &str = "s3:dataaccesspointarn";
const NETWORK_ORIGIN: &str = "s3:accesspointnetworkorigin";
const ACCESS_POINT_ACCOUNT: &str = "s3:dataaccesspointaccount";

impl Request {
    /// The same call, made through an access point: the resource is the access point, or an object
    /// reached through it, and `bucket` (a name or an ARN) is behind it. Without `account` the
    /// bucket belongs to the owner of the access point.
    ///
    /// # Errors
    /// [`RequestError`] when the resource is no access point, `bucket` is no bucket, the account is
    /// none, or a key contradicts the access point.
    pub fn through_access_point(
        mut self,
        bucket: &str,
        account: Option<&str>,
    ) -> Result<Request, RequestError> {
        let resource = self.resource.clone();
        let point = Arn::parse(&resource).ok().and_then(|arn| access_point(&arn));
        let point = point.ok_or_else(|| RequestError::NoAccessPoint(resource.clone()))?;
        if !self.concerns_bucket() {
            return Err(RequestError::AboutAccessPoint(self.action));
        }
        if self.resource_account.as_deref() != Some(point.account.as_str()) {
            return Err(RequestError::Owner {
                given: self.resource_account.unwrap_or_default(),
                follows: point.account,
            });
        }
        self.follows(ACCESS_POINT_ARN, &point.arn)?;
        self.follows(ACCESS_POINT_ACCOUNT, &point.account)?;
        let account = account.unwrap_or(&point.account);
        if !is_account_number(account) {
            return Err(RequestError::BucketAccount(account.to_owned()));
        }
        // They show the owner of the bucket now.
        let mut context = self.context.clone();
        RESOURCE_ACCOUNT.iter().for_each(|key| context.remove(key));
        let resource = point.at_bucket(bucket)?;
        let behind =
            Request::new(self.caller.clone(), &self.action, &resource, Some(account), context)?;
        let behind = Request { credentials: self.credentials, endpoint: self.endpoint, ..behind };
        self.bucket = Some(Box::new(behind));
        Ok(self)
    }

    /// Whether the resource is an access point, and nobody said which bucket is behind it.
    pub fn lacks_bucket(&self) -> bool {
        let is_point = || Arn::parse(&self.resource).is_ok_and(|arn| access_point(&arn).is_some());
        self.bucket.is_none() && self.concerns_bucket() && is_point()
    }

    /// Whether the action works on buckets or objects, and not on access points themselves. One that the reference data lacks may.
    fn concerns_bucket(&self) -> bool {
        let of_bucket = |kind: &str| ["bucket", "object"].contains(&kind);
        let known = aws::action(&self.action);
        known.is_none_or(|action| action.resource_types().any(|kind| of_bucket(kind.name())))
    }

    /// Whether nobody signs it and it goes through an access point of one region, which takes no such requests
    /// (S3:access-points-restrictions-limitations).
    pub(super) fn is_unsigned_at_access_point(&self) -> bool {
        self.bucket.is_some()
            && matches!(self.caller, Caller::Anonymous)
            && !self.arn_part(3).is_empty()
    }

    /// Whether AWS sends the key with every request through an access point: where the access point can be reached from.
    pub(super) fn always_has_at_access_point(&self, lower_key: &str) -> bool {
        self.bucket.is_some() && lower_key == NETWORK_ORIGIN
    }

    /// Whether the bucket behind an access point has the owner of the access point.
    pub(super) fn has_one_owner(&self) -> bool {
        self.bucket.as_ref().is_some_and(|bucket| bucket.resource_account == self.resource_account)
    }

    /// Fills in a key whose value follows, or refuses another value.
    fn follows(&mut self, key: &str, value: &str) -> Result<(), RequestError> {
        match self.context.get(key).map(ContextValue::as_slice) {
            None | Some([]) => self.context.set_one(key, value),
            Some([given]) if given == value => {}
            Some(given) => {
                return Err(RequestError::Contradiction {
                    key: key.to_owned(),
                    given: given.join(", "),
                    follows: value.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The request as the policies of a layer see it: those of the bucket behind an access point are
    /// asked about the bucket.
    pub fn before(&self, layer: LayerId) -> &Request {
        match &self.bucket {
            Some(bucket) if layer == LayerId::Bucket => bucket,
            _ => self,
        }
    }

    /// Makes the same change to the request and to what it asks of the bucket behind an access
    /// point.
    pub fn change(&mut self, change: &mut dyn FnMut(&mut Request)) {
        change(self);
        if let Some(bucket) = &mut self.bucket {
            bucket.change(change);
        }
    }

    /// The request as the policies of the caller see it: AWS's pages do not say whose account
    /// `aws:ResourceAccount` shows where access point and bucket have different owners.
    pub fn at_access_point(&self, readings: &Readings) -> Cow<'_, Request> {
        let Some(bucket) = &self.bucket else { return Cow::Borrowed(self) };
        if self.has_one_owner() || !readings.second(Ambiguity::AccessPointOwner) {
            return Cow::Borrowed(self);
        }
        let mut request = self.clone();
        for key in RESOURCE_ACCOUNT {
            if let Some(owner) = bucket.context.get(key) {
                request.context.set(key, owner.clone());
            }
        }
        Cow::Owned(request)
    }
}

impl<'a> Layers<'a> {
    /// The layers that decide what a request asks of the bucket behind an access point: the
    /// bucket's policy is that of the resource. The RCPs are those of the access point's account.
    pub fn behind(&self, request: &Request) -> Layers<'a> {
        Layers {
            resource: self.bucket.clone(),
            bucket: Layer::Absent,
            rcps: if request.has_one_owner() { self.rcps.clone() } else { Vec::new() },
            ..self.clone()
        }
    }
}

impl LayerId {
    /// The layer of a whole request that is `self` among [`Layers::behind`].
    #[must_use]
    pub fn of_whole(self) -> LayerId {
        if self == LayerId::Resource { LayerId::Bucket } else { self }
    }

    /// Whether the layer is asked about the access point and the bucket in any case: the policies of
    /// the resource's owner, and those of endpoints (S3:access-points-vpc). Of the caller's own
    /// policies and those of its account the pages do not say it.
    pub fn is_asked_of_both(self) -> bool {
        matches!(self, LayerId::Resource | LayerId::Bucket | LayerId::Rcp(_) | LayerId::Vpce)
    }
}

/// An access point, and what was asked of it.
struct AccessPoint {
    arn: String,
    account: String,
    partition: String,
    /// The key of the object, if one is asked for.
    object: Option<String>,
}

impl AccessPoint {
    /// What is asked of the bucket, as the bucket's policy names it.
    fn at_bucket(&self, bucket: &str) -> Result<String, RequestError> {
        let stem = format!("arn:{}:s3:::", self.partition);
        let name = bucket.strip_prefix(&stem).unwrap_or(bucket);
        if name.is_empty()
            || name.contains(['/', ':', '*', '?'])
            || name.contains(char::is_whitespace)
        {
            return Err(RequestError::NoBucket(bucket.to_owned()));
        }
        let object = self.object.as_ref().map(|key| format!("/{key}")).unwrap_or_default();
        Ok(format!("{stem}{name}{object}"))
    }
}

/// `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`, or without a region and with the alias of a
/// Multi-Region access point, and `/object/KEY` behind it.
fn access_point(arn: &Arn) -> Option<AccessPoint> {
    let rest = arn.resource().strip_prefix("accesspoint/")?;
    let (name, object) = match rest.split_once("/object/") {
        Some((name, key)) => (name, Some(key.to_owned())),
        None => (rest, None),
    };
    let is_sound = arn.service() == "s3"
        && !name.is_empty()
        && !name.contains('/')
        && object.as_deref() != Some("");
    let account = arn.account().to_owned();
    (is_sound && is_account_number(&account)).then(|| AccessPoint {
        arn: arn
            .as_str()
            .strip_suffix(rest)
            .map(|stem| format!("{stem}{name}"))
            .unwrap_or_default(),
        account,
        partition: arn.partition().to_owned(),
        object,
    })
}
