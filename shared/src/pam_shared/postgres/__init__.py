"""PostgreSQL: pools, member transactions, migrations."""
