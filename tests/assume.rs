use ica_policy::ica::{FEDERATED_SESSION, ICA};
use ica_policy::input::{Loader, Unreadable};
use ica_policy::product::build::build;
use ica_policy::product::build::settings::Settings;
use ica_policy::product::refusal::Refusal;
use ica_policy::product::setup::Assume;
use ica_policy::source::{SourceId, Sources};

struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        panic!("{name} is not asked for")
    }
}

fn assumed(texts: &[&str]) -> Result<Vec<Assume>, Refusal> {
    let settings = Settings {
        bucket: Some("b".to_owned()),
        account: Some("111122223333".to_owned()),
        user: Some("u".to_owned()),
        assume: texts.iter().map(|text| (*text).to_owned()).collect(),
        ..Settings::default()
    };
    build(&ICA, &settings, &mut Sources::new(), &mut NoFiles).map(|built| built.connection.assume)
}

#[track_caller]
fn check_refused(text: &str, words: &str) {
    let Refusal { setting, message } = assumed(&[text]).unwrap_err();
    assert!(setting == "assume" && message.contains(words), "{message}");
}

#[test]
fn a_key_with_or_without_caller() {
    let assume = assumed(&["federated-session:aws:PrincipalTag/team=a=b"]).unwrap().remove(0);
    assert_eq!(assume.caller, Some(FEDERATED_SESSION));
    assert_eq!(
        (assume.key.as_str(), assume.value.as_deref()),
        ("aws:principaltag/team", Some("a=b"))
    );
    assert_eq!(assumed(&["!aws:SourceVpce"]).unwrap()[0].value, None);
}

#[test]
fn what_follows_cannot_be_assumed() {
    check_refused("aws:PrincipalArn=x", "follows");
    check_refused("federated-session:aws:userid=x:y", "follows");
    check_refused("iam-user:aws:username=ana", "follows");
    check_refused("oidc-role:aws:username=ana", "never have");
    assert!(assumed(&["iam-user:aws:userid=AIDAEXAMPLE"]).is_ok());
}

#[test]
fn a_wrong_caller_or_value_is_named() {
    check_refused("martian:aws:SourceIp=192.0.2.1", "`martian` is not a caller of ICA");
    check_refused("aws:SourceIp=10.0.0.300", "an IP address");
    check_refused("aws:SecureTransport=yes", "`true` or `false`");
    check_refused("s3:TlsVersion=new", "a number");
}

#[test]
fn an_endpoint_and_an_address_exclude_each_other() {
    assert!(assumed(&["aws:SourceVpce=vpce-1", "iam-user:aws:SourceIp=192.0.2.1"]).is_err());
    let of_others = ["federated-session:aws:SourceVpce=vpce-1", "iam-user:aws:SourceIp=192.0.2.1"];
    assert!(assumed(&of_others).is_ok());
    assert!(assumed(&["!aws:SourceVpce", "aws:SourceIp=192.0.2.1"]).is_ok());
}

#[test]
fn what_is_settled_for_all_needs_a_caller() {
    let redirect = "s3:x-amz-website-redirect-location=/k";
    check_refused(redirect, &format!("as in `iam-user:{redirect}`"));
    assert!(assumed(&[&format!("cross-account-role:{redirect}")]).is_ok());
    check_refused("cross-account-role:aws:SourceArn=arn:aws:s3:::b", "never have");
    assert!(assumed(&["aws:MultiFactorAuthPresent=true"]).is_ok());
    assert!(assumed(&["x:NewerThanTheData=1"]).is_ok());
}
