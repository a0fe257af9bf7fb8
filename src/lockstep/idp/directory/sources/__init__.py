"""Where people come from: CSV files, LDAP servers, OneLogin, HR systems that send SCIM."""
