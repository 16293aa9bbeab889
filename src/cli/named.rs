//! The flags that name a connection, for every command about one. `check::About` adds the files of its layers.

use crate::product::build::settings::Settings;
use clap::Args as ClapArgs;
use std::path::PathBuf;

// No doc comment: clap would show it as what the command is for.
#[derive(ClapArgs, Debug)]
pub(super) struct Named {
    /// Settings file (ica.toml) with the names of the flags of `check`; paths in it are relative to it. Flags override it.
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub connection: Option<PathBuf>,
    /// The bucket's name.
    #[arg(long, help_heading = "Connection")]
    bucket: Option<String>,
    /// The account that owns the bucket: twelve digits.
    #[arg(long, help_heading = "Connection")]
    account: Option<String>,
    /// The bucket's AWS region, such as eu-central-1.
    #[arg(long, help_heading = "Connection")]
    region: Option<String>,
    /// The key prefix of the storage configuration, such as `ica/`; without it ICA works on the whole bucket.
    #[arg(long, help_heading = "Connection")]
    prefix: Option<String>,
    /// unversioned, enabled or suspended; without it both variants count.
    #[arg(long, help_heading = "Connection")]
    versioning: Option<String>,
    /// The region of the ICA project; follows from --region if left out.
    #[arg(long, help_heading = "Connection")]
    ica_region: Option<String>,
    /// The IAM user whose key ICA has: name, path/name or ARN.
    #[arg(long, help_heading = "Connection")]
    user: Option<String>,
    /// The role that ICA assumes with a token, instead of the user: name, path/name or ARN.
    #[arg(long, value_name = "ARN", help_heading = "Connection")]
    role: Option<String>,
    /// The KMS key of ICA's storage configuration: its ARN, or aws/s3 for the AWS managed key.
    #[arg(long, value_name = "ARN", help_heading = "Connection")]
    kms_key: Option<String>,
    /// Illumina's role, if it is not the one of the region.
    #[arg(long, value_name = "ARN", help_heading = "Connection")]
    cross_account_role: Option<String>,
    /// The name that ICA gives to its sessions, if you know it.
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    session_name: Option<String>,
    /// Which ICA pages to follow: seed (the page of 2025) or current. Default: current.
    #[arg(long)]
    edition: Option<String>,
    /// Read files that ica.toml, or a link in its folder, names outside of that folder. Write files through a link that leads out of its folder.
    #[arg(long)]
    pub allow_outside: bool,
    /// Operations that you do not need, such as copy-into-bucket.
    #[arg(long, value_name = "ID", num_args = 1..)]
    skip: Vec<String>,
}

impl Named {
    /// The flags as settings.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            bucket: self.bucket.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            prefix: self.prefix.clone(),
            versioning: self.versioning.clone(),
            ica_region: self.ica_region.clone(),
            user: self.user.clone(),
            role: self.role.clone(),
            kms_key: self.kms_key.clone(),
            cross_account_role: self.cross_account_role.clone(),
            session_name: self.session_name.clone(),
            edition: self.edition.clone(),
            skip: self.skip.iter().map(|id| (id.clone(), String::new())).collect(),
            ..Settings::default()
        }
    }
}
