"""Makes what a lab has before it connects a bucket: `setup.py URL`, against a moto server."""

import json
import sys

import boto3

URL = sys.argv[1]
ACCOUNT = "123456789012"  # moto's account
BUCKET = "lab-genomics"
REGION = "eu-central-1"


def client(service):
    """A client of the server."""
    return boto3.client(service, endpoint_url=URL, region_name=REGION)


def policy(*statements):
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def bucket():
    """A bucket with a policy, CORS rules, encryption, owners and Block Public Access."""
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=open("bucket-policy.json").read())
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration=json.load(open("cors.json")))
    s3.put_public_access_block(
        Bucket=BUCKET,
        PublicAccessBlockConfiguration={"BlockPublicPolicy": True, "RestrictPublicBuckets": True},
    )
    s3.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def user():
    """A user with a path, an inline policy, a managed one and a group whose policy is named `None`."""
    iam = client("iam")
    iam.create_user(UserName="illumina_ica_admin", Path="/lab/")
    iam.create_group(GroupName="sequencing")
    iam.add_user_to_group(GroupName="sequencing", UserName="illumina_ica_admin")
    nothing = policy({"Effect": "Allow", "Action": "ec2:DescribeRegions", "Resource": "*"})
    iam.put_group_policy(GroupName="sequencing", PolicyName="None", PolicyDocument=nothing)
    made = iam.create_policy(PolicyName="ica", PolicyDocument=open("user-policy.json").read())
    iam.attach_user_policy(UserName="illumina_ica_admin", PolicyArn=made["Policy"]["Arn"])
    iam.put_user_policy(UserName="illumina_ica_admin", PolicyName="inline,1=2", PolicyDocument=nothing)
    return made["Policy"]["Arn"]


def role(policy_arn):
    """A role with a path that a token opens."""
    iam = client("iam")
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/tokens.example.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    )
    iam.create_role(RoleName="ica", Path="/lab/", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName="ica", PolicyArn=policy_arn)


def auditor():
    """A user who may read the user and its policies and the place of the bucket, but not its settings; prints the key."""
    iam = client("iam")
    iam.create_user(UserName="auditor")
    may = ["iam:Get*", "iam:List*", "s3:GetBucketLocation", "s3:GetBucketCORS", "sts:*"]
    iam.put_user_policy(
        UserName="auditor", PolicyName="read", PolicyDocument=policy({"Effect": "Allow", "Action": may, "Resource": "*"})
    )
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    print(key["AccessKeyId"], key["SecretAccessKey"])


bucket()
role(user())
auditor()
