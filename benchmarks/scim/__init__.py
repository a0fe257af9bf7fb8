"""The centre's SCIM operations beside npm scimmy's, in the same run and with the same requests."""
