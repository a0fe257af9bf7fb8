"""The SCIM endpoint of an instance: AWS IAM Identity Center's fifteen operations, as a plain ASGI application."""
