"""Settings, clock, telemetry, health and the process around an app."""
