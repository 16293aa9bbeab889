//! A line of `simulate --batch`.

use super::access_point::{self, Bucket};
use super::caller::{self, Caller, arn_parts, is_account};
use super::context::{self, Context};
use super::documents::{self, Kind};
use super::readings::{Point, Reading};
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Request {
    pub caller: Caller,
    pub action: String,
    pub resource: String,
    pub resource_account: Option<String>,
    /// The keys that the line gives. `with_issuer` adds those that follow from the caller.
    pub given: Context,
    pub context: Context,
    pub identity: Vec<Value>,
    pub resource_policy: Option<Value>,
    pub boundary: Option<Value>,
    /// `None` if no session policy was passed.
    pub session: Option<Vec<Value>>,
    pub scps: Vec<Vec<Value>>,
    pub rcps: Vec<Vec<Value>>,
    pub vpce: Vec<Value>,
    pub credentials: Option<String>,
    pub endpoint: Option<String>,
    /// The bucket behind the access point that `resource` is.
    pub behind: Option<Bucket>,
}

const MEMBERS: &[&str] = &[
    "id",
    "principal",
    "session_issuer",
    "action",
    "resource",
    "resource_account",
    "context",
    "identity_policies",
    "resource_policy",
    "permissions_boundary",
    "session_policies",
    "scps",
    "rcps",
    "vpce_policies",
    "credentials",
    "endpoint",
    "bucket",
    "bucket_account",
    "bucket_policy",
];

pub fn read(line: &Value) -> Result<Request, String> {
    let members = line.as_object().ok_or("a line is an object")?;
    if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(format!("there is no member `{unknown}`"));
    }
    let caller = caller::read(
        text(line, "principal")?.ok_or("no principal")?,
        text(line, "session_issuer")?,
    )?;
    let action =
        text(line, "action")?.filter(|action| is_action(action)).ok_or("no action")?.to_owned();
    let resource = text(line, "resource")?.ok_or("no resource")?.to_owned();
    // The action has no resource type, and policies grant it on all buckets (S3:walkthrough1).
    let resource = match (action.to_lowercase().as_str(), resource.as_str()) {
        ("s3:listallmybuckets", "*") => {
            format!("arn:{}:s3:::*", caller.partition().unwrap_or("aws"))
        }
        _ => resource,
    };
    let given = context::read(&line["context"])?;
    let resource_account = resource_account(line, &resource, &given, &caller)?;
    let session = documents(line, "session_policies", Kind::Session)?;
    if !line["session_policies"].is_null() && session.is_empty() {
        return Err(
            "session_policies: an empty list is neither none passed nor a policy".to_owned()
        );
    }
    let resource_kind = match action.to_lowercase().starts_with("kms:") {
        true => Kind::Key,
        false if is_trust(&resource) => Kind::Trust,
        false => Kind::Resource,
    };
    check_layers(line, &caller)?;
    let behind = bucket(line, &resource)?;
    if behind.as_ref().is_some_and(|of| resource_account.as_ref() != Some(&of.point_account)) {
        return Err("the access point belongs to the account in its ARN".to_owned());
    }
    let request = Request {
        context: Context::default(),
        identity: documents(line, "identity_policies", Kind::Identity)?,
        resource_policy: document(line, "resource_policy", resource_kind)?,
        boundary: document(line, "permissions_boundary", Kind::Identity)?,
        session: (!session.is_empty()).then_some(session),
        scps: levels(line, "scps", Kind::Organization)?,
        rcps: levels(line, "rcps", Kind::Everybody)?,
        vpce: documents(line, "vpce_policies", Kind::Endpoint)?,
        credentials: text(line, "credentials")?.map(str::to_owned),
        endpoint: text(line, "endpoint")?.map(str::to_owned),
        caller,
        action,
        resource,
        resource_account,
        given,
        behind,
    };
    request.check_credentials()?;
    request.with_issuer(request.caller.issuer.clone())
}

/// Beside those that begin with GenerateDataKey and ReEncrypt.
const KMS_ACROSS_ACCOUNTS: &[&str] = &[
    "creategrant",
    "decrypt",
    "derivesharedsecret",
    "describekey",
    "encrypt",
    "generatemac",
    "getkeyrotationstatus",
    "getpublickey",
    "listgrants",
    "retiregrant",
    "revokegrant",
    "sign",
    "verify",
    "verifymac",
];

const SQS_AT_HOME: &[&str] = &[
    "addpermission",
    "cancelmessagemovetask",
    "createqueue",
    "deletequeue",
    "listmessagemovetasks",
    "listqueues",
    "listqueuetags",
    "removepermission",
    "setqueueattributes",
    "startmessagemovetask",
    "tagqueue",
    "untagqueue",
];

impl Request {
    /// The same request, made by a session of this issuer.
    pub fn with_issuer(&self, issuer: Option<String>) -> Result<Request, String> {
        let mut request = self.clone();
        request.caller.issuer = issuer;
        request.context = context::fill(&request)?;
        Ok(request)
    }

    /// Who can sign with which credentials (IAM:id_credentials_sts-comparison, STS:API_AssumeRoot).
    fn check_credentials(&self) -> Result<(), String> {
        use caller::Kind::{Root, User};
        if !matches!(self.endpoint.as_deref(), None | Some("gateway" | "interface")) {
            return Err("there is no such endpoint".to_owned());
        }
        let kind = self.caller.kind;
        let fits = match self.credentials.as_deref() {
            None => true,
            Some("long-term") => {
                let has_key = |key: &&str| self.given.get(key).is_some_and(|set| !set.is_empty());
                let keys = ["aws:TokenIssueTime", "aws:MultiFactorAuthPresent"];
                matches!(kind, User | Root) && !keys.iter().any(has_key)
            }
            Some("session-token") => matches!(kind, User | Root),
            Some("console" | "sign-in") => self.caller.account.is_some(),
            Some("assume-root") => kind == Root,
            Some(_) => false,
        };
        if fits { Ok(()) } else { Err("the caller cannot sign with these credentials".to_owned()) }
    }

    /// Whether these credentials of a user or the root user can make the call, as far as AWS's pages
    /// agree (IAM:id_credentials_sts-comparison,
    /// IAM:id_credentials_temp_control-access_getsessiontoken).
    fn credentials_permit(&self, reading: &Reading) -> bool {
        let action = self.action.to_lowercase();
        let mfa = self.context.get("aws:MultiFactorAuthPresent");
        let has_mfa =
            mfa.is_some_and(|set| set.iter().any(|text| text.eq_ignore_ascii_case("true")));
        let is_iam = self.service() == "iam";
        let is_sts = self.service() == "sts" && action != "sts:getservicebearertoken";
        let is_basic = ["sts:assumerole", "sts:getcalleridentity"].contains(&action.as_str());
        match self.credentials.as_deref() {
            Some("session-token") if is_iam => has_mfa && reading.says(Point::SessionMayCall),
            Some("session-token") if action == "sts:assumerole" => {
                reading.says(Point::SessionMayCall)
            }
            Some("session-token") => !is_sts || is_basic,
            None if self.is_by_temporary_credentials() && !has_mfa => {
                !(is_iam || is_sts && !is_basic) || reading.says(Point::SessionMayCall)
            }
            Some("assume-root") => reading.says(Point::TaskPolicyAllows),
            _ => true,
        }
    }

    pub fn is_same_account(&self) -> bool {
        self.caller.account == self.resource_account
    }

    pub fn service(&self) -> String {
        self.action.split(':').next().unwrap_or_default().to_lowercase()
    }

    /// Even an explicit Deny does not stop it (IAM:id_credentials_temp_request, note 4;
    /// IAM:id_credentials_temp_control-access_getsessiontoken).
    pub fn needs_no_permission(&self) -> bool {
        use caller::Kind::{Root, User};
        match self.action.to_lowercase().as_str() {
            "sts:getcalleridentity" => self.caller.account.is_some(),
            // SNS:sns-using-identity-based-policies
            "sns:confirmsubscription" | "sns:unsubscribe" => true,
            "sts:getsessiontoken" => {
                matches!(self.caller.kind, User | Root) && !self.is_by_temporary_credentials()
            }
            _ => false,
        }
    }

    pub fn is_about_role(&self) -> bool {
        is_trust(&self.resource)
    }

    /// Whether AWS owns the resource.
    pub fn is_of_aws(&self) -> bool {
        arn_parts(&self.resource).is_some_and(|parts| parts[4] == "aws")
    }

    /// Whether the caller can reach the resource at all.
    fn may_reach(&self) -> bool {
        let partition = arn_parts(&self.resource).map(|parts| parts[1].to_owned());
        let is_other = self.caller.partition().is_some_and(|own| {
            partition.as_deref().is_some_and(|partition| !partition.is_empty() && partition != own)
        });
        // Nobody can change a managed policy of AWS (IAM:security-iam-awsmanpol).
        let (service, name) = self.action.split_once(':').unwrap_or_default();
        let reads = ["get", "list"].iter().any(|verb| name.to_lowercase().starts_with(verb));
        let changes = self.is_of_aws() && service.eq_ignore_ascii_case("iam") && !reads;
        !is_other && !changes && (self.is_at_home() || self.may_cross_accounts())
    }

    fn is_at_home(&self) -> bool {
        self.caller.account.is_none() || self.is_same_account()
    }

    /// Whether callers of other accounts can call the action, whatever is granted
    /// (SQS:sqs-limitations-of-custom-policies, KMS:key-policy-modifying-external-accounts).
    fn may_cross_accounts(&self) -> bool {
        let action = self.action.to_lowercase();
        let name = action.split_once(':').map_or("", |(_, name)| name);
        match self.service().as_str() {
            "kms" => {
                let begins = ["generatedatakey", "reencrypt"].iter().any(|of| name.starts_with(of));
                begins || KMS_ACROSS_ACCOUNTS.contains(&name)
            }
            "sqs" => !SQS_AT_HOME.contains(&name),
            _ => true,
        }
    }

    /// Federated sessions cannot call IAM by CLI or API ("this limitation does not apply to console
    /// sessions"), and of STS they can call only GetCallerIdentity. Role sessions and temporary
    /// credentials of users can make only role sessions (IAM:id_credentials_temp_request).
    pub fn may_be_called(&self, reading: &Reading) -> bool {
        let action = self.action.to_lowercase();
        let makes_user_session =
            ["sts:getfederationtoken", "sts:getsessiontoken"].contains(&action.as_str());
        let along_with_token = ["sts:tagsession", "sts:setsourceidentity"];
        match (self.caller.kind, self.service().as_str()) {
            _ if !self.may_reach() => false,
            (caller::Kind::Root | caller::Kind::Anonymous, _)
                if ["sts:assumerole", "sts:assumeroot"].contains(&action.as_str()) =>
            {
                false
            }
            // Who shows a token does not sign; no other operation of STS is like that
            // (IAM:id_credentials_temp_control-access_assumerole).
            (caller::Kind::Anonymous, "sts") => {
                ["sts:assumerolewithsaml", "sts:assumerolewithwebidentity"]
                    .contains(&action.as_str())
            }
            (caller::Kind::Anonymous, _) if self.behind.is_some() => self.takes_unsigned(reading),
            (caller::Kind::Anonymous, _) => {
                needs_no_signature(&action) || reading.says(Point::ServiceTakesUnsigned)
            }
            (caller::Kind::Token, _) => {
                action == self.caller.call_with_token()
                    || along_with_token.contains(&action.as_str())
            }
            (caller::Kind::Federated, "iam") => {
                self.credentials.as_deref() == Some("console")
                    || reading.says(Point::RequestComesFromConsole)
            }
            (caller::Kind::Federated, "sts") => action == "sts:getcalleridentity",
            (caller::Kind::Role, _) => !makes_user_session,
            _ if makes_user_session && self.is_by_temporary_credentials() => false,
            (caller::Kind::User | caller::Kind::Root, _) => self.credentials_permit(reading),
            _ => true,
        }
    }

    /// Access points do not support anonymous access. Of Multi-Region Access Points the pages that
    /// were read do not say it (S3:access-points-restrictions-limitations).
    fn takes_unsigned(&self, reading: &Reading) -> bool {
        self.behind.as_ref().is_some_and(Bucket::is_behind_many_regions)
            && reading.says(Point::MultiRegionTakesUnsigned)
    }

    /// Whether a key is given that only temporary credentials have
    /// (IAM:reference_policies_condition-keys).
    fn is_by_temporary_credentials(&self) -> bool {
        if let Some(credentials) = &self.credentials {
            return credentials != "long-term";
        }
        ["aws:TokenIssueTime", "aws:MultiFactorAuthPresent"]
            .iter()
            .any(|key| self.context.get(key).is_some())
    }

    /// Keys and roles must allow by their own policy. An identity policy alone is not enough
    /// (KMS:key-policies, STS:API_AssumeRole).
    pub fn resource_must_allow(&self) -> bool {
        self.is_about_key() || (is_trust(&self.resource) && self.service() == "sts")
    }

    /// A KMS action on all keys concerns any of them, apart from the actions that have no key
    /// (IDATA kms).
    fn is_about_key(&self) -> bool {
        let about_no_key =
            ["kms:listkeys", "kms:listaliases", "kms:createkey", "kms:generaterandom"];
        let has_no_key = about_no_key.contains(&self.action.to_lowercase().as_str())
            || self.action.contains("CustomKeyStore");
        let is_key = arn_parts(&self.resource)
            .is_some_and(|parts| parts[2] == "kms" && parts[5].starts_with("key/"));
        is_key || (self.service() == "kms" && self.resource == "*" && !has_no_key)
    }
}

/// Who is no user or session has no policies of its own, the root user neither (IAM:access_policies).
fn check_layers(line: &Value, caller: &Caller) -> Result<(), String> {
    let given = |name: &str| match &line[name] {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let has_own = given("identity_policies") || given("permissions_boundary");
    if has_own && !caller.has_policies() || given("session_policies") && !caller.is_session() {
        return Err(format!("`{}` cannot have such policies", caller.name));
    }
    Ok(())
}

/// The policy of a role is its trust policy.
fn is_trust(resource: &str) -> bool {
    arn_parts(resource).is_some_and(|parts| parts[2] == "iam" && parts[5].starts_with("role/"))
}

fn text<'a>(line: &'a Value, name: &str) -> Result<Option<&'a str>, String> {
    match &line[name] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(format!("{name} is no text")),
    }
}

/// A request has one action: a service and a name, without wildcards.
fn is_action(text: &str) -> bool {
    let parts = text.split(':').collect::<Vec<_>>();
    parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && !text.contains(['*', '?'])
}

/// The account of the resource: the given one, else the account in the ARN, else the one in the
/// context (`aws:ResourceAccount`), else the caller's.
fn resource_account(
    line: &Value,
    resource: &str,
    given: &Context,
    caller: &Caller,
) -> Result<Option<String>, String> {
    let in_arn = arn_parts(resource).map(|parts| parts[4]).filter(|account| is_account(account));
    if let Some(account) = text(line, "resource_account")? {
        // The bucket behind an access point may belong to another account (S3:access-points-policies).
        if in_arn.is_some_and(|owner| owner != account) && !resource.contains(":s3:") {
            return Err(format!("the ARN has another account than `{account}`"));
        }
        return if is_account(account) {
            Ok(Some(account.to_owned()))
        } else {
            Err(format!("`{account}` is no account"))
        };
    }
    let in_context = given.get("aws:ResourceAccount").or(given.get("s3:ResourceAccount"));
    match (in_arn, in_context) {
        (Some(account), _) => Ok(Some(account.to_owned())),
        (None, Some([account])) if is_account(account) => Ok(Some(account.clone())),
        (None, Some(other)) => Err(format!("{other:?} is no account")),
        (None, None) => Ok(caller.account.clone()),
    }
}

/// The bucket behind the access point. No policy and `{}` are the same.
fn bucket(line: &Value, resource: &str) -> Result<Option<Bucket>, String> {
    let is_empty = line["bucket_policy"].as_object().is_some_and(serde_json::Map::is_empty);
    let policy = if is_empty { None } else { document(line, "bucket_policy", Kind::Resource)? };
    let account = text(line, "bucket_account")?;
    match text(line, "bucket")? {
        Some(name) => access_point::read(name, account, policy, resource).map(Some),
        None if account.is_some() || policy.is_some() => Err("there is no bucket".to_owned()),
        None => Ok(None),
    }
}

fn document(line: &Value, name: &str, kind: Kind) -> Result<Option<Value>, String> {
    if line[name].is_null() {
        return Ok(None);
    }
    checked(&line[name], name, kind).map(Some)
}

fn documents(line: &Value, name: &str, kind: Kind) -> Result<Vec<Value>, String> {
    list(&line[name], name)?.iter().map(|policy| checked(policy, name, kind)).collect()
}

fn levels(line: &Value, name: &str, kind: Kind) -> Result<Vec<Vec<Value>>, String> {
    let level = |level: &Value| {
        list(level, name)?.iter().map(|policy| checked(policy, name, kind)).collect()
    };
    list(&line[name], name)?.iter().map(level).collect()
}

fn checked(policy: &Value, name: &str, kind: Kind) -> Result<Value, String> {
    documents::check(policy, kind).map_err(|why| format!("{name}: {why}"))?;
    let policy = policy.clone();
    Ok(if kind == Kind::Identity { documents::with_whole_arns(policy) } else { policy })
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], String> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => Err(format!("{name} is no list")),
    }
}

/// Whether a page says that an operation, in lower case, is open to callers who do not sign, if the policy lets them
/// (IAM:reference_policies_variables for S3, SNS and SQS; LAMBDA:urls-auth; the guides of OpenSearch, EFS and API Gateway).
fn needs_no_signature(action: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    match service {
        "s3" | "sns" | "sqs" => true,
        "lambda" => ["invokefunction", "invokefunctionurl"].contains(&name),
        "es" => name.starts_with("eshttp"),
        "elasticfilesystem" => name.starts_with("client"),
        "execute-api" => name == "invoke",
        _ => false,
    }
}
