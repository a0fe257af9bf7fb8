"""The identity centre: it does AWS IAM Identity Center's job."""
