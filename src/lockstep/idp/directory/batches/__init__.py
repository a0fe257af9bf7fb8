"""One action on many users: asked for once, done in pieces, by whichever process is there."""
