"""What an administrator writes at the login of one person in one app: values that go over those of the app's parameters."""
