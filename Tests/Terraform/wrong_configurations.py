"""Configurations that must be refused before anything is made, and what must be said of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WrongConfiguration:
    name: str
    """Settings that replace those of the example; None takes one away."""
    settings: dict[str, object]
    """Texts that the error must have: the variable, the value, the remedy."""
    said: tuple[str, ...]


WRONG_CONFIGURATIONS = [
    WrongConfiguration("no bucket", {"bucket_name": None}, ("No value for required variable", "bucket_name")),
    WrongConfiguration("no Snowflake account", {"snowflake_account": None}, ("snowflake_account",)),
    WrongConfiguration("no public key", {"snowflake_public_key": None}, ("snowflake_public_key",)),
    WrongConfiguration("a bucket's name in upper case", {"bucket_name": "Letterboxd"},
                       ("bucket_name 'Letterboxd'", "lower-case letters")),
    WrongConfiguration("a bucket's name with a dot", {"bucket_name": "films.example.com"},
                       ("bucket_name 'films.example.com'", "Dots are left out")),
    WrongConfiguration("a bucket's address for its name", {"bucket_name": "s3://letterboxd"},
                       ("bucket_name 's3://letterboxd'",)),
    WrongConfiguration("a prefix with a slash at its end", {"prefix": "films/"}, ("prefix 'films/'", "none at the ends")),
    WrongConfiguration("a zone for a region", {"region": "us-east-1a"}, ("region 'us-east-1a'", "without the letter")),
    WrongConfiguration("a locator for an account", {"snowflake_account": "xy12345.us-east-1"},
                       ("snowflake_account 'xy12345.us-east-1'", "ORGANIZATION-ACCOUNT", "locator")),
    WrongConfiguration("an address for an account", {"snowflake_account": "https://myorg-myaccount.snowflakecomputing.com"},
                       ("snowflake_account", "neither an address")),
    WrongConfiguration("a private key", {"snowflake_public_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"},
                       ("snowflake_public_key is a private key", "compromised")),
    WrongConfiguration("a key of SSH", {"snowflake_public_key": "ssh-rsa AAAAB3NzaC1yc2E ann@example"},
                       ("snowflake_public_key is no RSA public key", "openssl rsa")),
    WrongConfiguration("a database that must be quoted", {"snowflake_database": "letterboxd"},
                       ("snowflake_database 'letterboxd'", "upper-case letters")),
    WrongConfiguration("another publisher", {"publisher": "airflow"}, ("publisher 'airflow'", "'glue' nor 'copy'")),
    WrongConfiguration("Glue 4", {"glue_version": "4.0"}, ("glue_version '4.0'", "Glue 5")),
    WrongConfiguration("days that CloudWatch does not know", {"log_retention_days": 31},
                       ("log_retention_days cannot be 31", "30")),
    WrongConfiguration("a name for a principal", {"push_principals": ["ci"]}, ("push_principals are ARNs", '["ci"]')),
    WrongConfiguration("a table of the catalog in upper case", {"crawler_tables": ["Movies"]},
                       ("crawler_tables", '["Movies"]')),
    WrongConfiguration("nobody to tell", {"budget_email": "ann"}, ("budget_email 'ann' is no e-mail address",)),
    WrongConfiguration("half a credit", {"snowflake_credit_quota": 0.5}, ("snowflake_credit_quota is a whole number",)),
    WrongConfiguration("no time for the job", {"job_timeout_minutes": 0}, ("job_timeout_minutes", "5 to 1440")),
]
