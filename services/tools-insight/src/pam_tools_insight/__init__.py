"""Knowledge, insight and operators' tools."""
