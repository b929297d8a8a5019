"""What a municipality's own dashboards read: a read-only JSON API, the keys that open it, and its pages."""
