"""Why is nothing happening?  Everything that can keep an app from being in step, asked one after the other."""
