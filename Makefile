# Everything a person or a machine does with this repository. `make help` lists it.

SWIFT ?= swift
# The product carries Swift's libraries in itself, which makes it start fast and run anywhere.
PRODUCT := -c release --static-swift-stdlib
# Tests are optimised too, since they move data; Swift Testing exists as a shared library only, hence their own folder.
TESTS := -c release --scratch-path .build-test
BIN := .build/release/reelhouse
DEMO := .build/demo

.PHONY: help setup build demo test test-cloud test-job test-long test-mirror test-snowflake test-terraform check sanitize lint format
.PHONY: conformance conformance-adapter conformance-artifacts conformance-cosmos conformance-jaffle conformance-parquet
.PHONY: conformance-selection bench bench-engine bench-export bench-micro bench-push clean

help: ## Say what there is to make.
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## Install the system libraries that are missing.
	@.ci/setup

build: setup ## Build the release binary, .build/release/reelhouse.
	$(SWIFT) build $(PRODUCT) --product reelhouse

demo: build ## Make a sample archive, load it, build, test and publish the models, show two marts, push and pull.
	@mkdir -p $(DEMO)
	$(BIN) sample --movies 10000 --out $(DEMO)/archive.zip
	$(BIN) ingest $(DEMO)/archive.zip --warehouse $(DEMO)/warehouse
	$(BIN) build --warehouse $(DEMO)/warehouse
	@echo; echo "movies_by_year, the five years with most movies:"
	@$(BIN) query --warehouse $(DEMO)/warehouse \
	  'select * from movies_by_year order by movies desc, release_year limit 5'
	@echo; echo "movies_by_year_theme, the largest groups of the same years:"
	@$(BIN) query --warehouse $(DEMO)/warehouse \
	  "select * from movies_by_year_theme where theme_group is not null order by movies desc, release_year limit 5"
	@echo; echo "The build goes to a remote, a folder, and from there into a second warehouse:"
	$(BIN) push --warehouse $(DEMO)/warehouse --remote $(DEMO)/remote | tail -1
	@rm -rf $(DEMO)/pulled
	$(BIN) pull --warehouse $(DEMO)/pulled --remote $(DEMO)/remote
	$(BIN) diff --warehouse $(DEMO)/pulled --remote $(DEMO)/remote
	@echo; echo "Ask more: $(BIN) query --warehouse $(DEMO)/warehouse 'select …'"

test: setup ## Run every test.
	$(SWIFT) build $(TESTS) --build-tests
	$(SWIFT) test $(TESTS) --skip-build

test-cloud: setup ## Run the tests of the clients beside servers that stand in for AWS and Snowflake; needs PyPI.
	$(SWIFT) build $(TESTS) --build-tests
	python3 Tests/StandIns/stand_ins.py -- $(SWIFT) test $(TESTS) --skip-build --filter 'CloudTests|SyncTests'
	python3 Tests/StandIns/stand_ins.py -- python3 Tests/StandIns/broken_setups.py .build-test/release/reelhouse

test-snowflake: build ## Test the Snowflake that stands in, and the content hash in its SQL; needs PyPI.
	python3 Tests/StandIns/run.py

test-mirror: setup ## Push from the command line to bucket, catalog, job and mirror, by stand-ins. Minutes; needs a JDK 17 and PyPI.
	$(SWIFT) build $(TESTS) --build-tests
	python3 Tests/StandIns/stand_ins.py --job spark -- $(SWIFT) test $(TESTS) --skip-build --filter CloudPushTests

LONG := BULK_CASES=12000 BULK_LARGE=1 SCAN_CASES=5000 HASH_CASES=5000 FUZZ_CASES=100000 REUSE_EDITS=2000

test-long: setup ## Run the random tests of file format and reuse at length, and those of files over 1 GiB. Minutes, 3 GB of disk.
	$(SWIFT) build $(TESTS) --build-tests
	$(LONG) $(SWIFT) test $(TESTS) --skip-build --filter 'SQLiteTests|ReusePropertyTests'

test-terraform: ## Check terraform/ without any account: form, plans, policies, refusals, checkov. Needs terraform and PyPI.
	python3 Tests/Terraform/checks.py

test-job: ## Test the Glue job under Glue's Spark, from S3 to Snowflake by stand-ins. Minutes; needs a JDK 17 and PyPI.
	python3 Tests/GlueJob/run.py

check: lint test ## What must be green before a commit: lint, then all tests, those of the docs among them.

# Each sanitizer has a build of its own. The pipeline's tests are those with threads and with memory of their own.
SANITIZED := --filter 'CSVTests|IngestTests|SQLiteTests|StorageTests|ZipTests'

sanitize: setup ## Run the tests of the loading pipeline under ThreadSanitizer and AddressSanitizer. Minutes.
	$(SWIFT) test -c release --sanitize thread --scratch-path .build-thread $(SANITIZED)
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/leaks.txt:print_suppressions=0 \
	  $(SWIFT) test -c release --sanitize address --scratch-path .build-address $(SANITIZED)

lint: ## Check the form of the code.
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format: ## Bring the code into form.
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

CONFORMANCE := .build/conformance
ARCHIVE ?=

conformance: build ## Compare every relation with real dbt's; have other SQLite builds read the files. ARCHIVE=zip; needs PyPI.
	@mkdir -p $(CONFORMANCE)
	@[ -n "$(ARCHIVE)" ] || $(BIN) sample --movies 20000 --out $(CONFORMANCE)/archive.zip
	$(BIN) ingest $(or $(ARCHIVE),$(CONFORMANCE)/archive.zip) --warehouse $(CONFORMANCE)/warehouse
	$(BIN) build --quiet --warehouse $(CONFORMANCE)/warehouse
	python3 Tests/Conformance/conformance.py $(CONFORMANCE)/warehouse/current
	python3 Tests/Conformance/file_format.py $(CONFORMANCE)/warehouse/current/*.db

conformance-artifacts: build ## Validate the artifacts by dbt's own schemas and loaders; needs PyPI.
	python3 Tests/Conformance/artifacts.py $(BIN)

conformance-jaffle: build ## Build jaffle-shop-classic and compare its rows with dbt-duckdb's; needs GitHub and PyPI.
	python3 Tests/Conformance/jaffle.py $(BIN)

conformance-adapter: build ## Run the basic cases of dbt-tests-adapter, what every adapter has to pass; needs PyPI.
	python3 Tests/Conformance/adapter.py $(BIN)

conformance-cosmos: build ## Run the project by Cosmos under Airflow, both unchanged; needs PyPI, minutes.
	python3 Tests/Conformance/cosmos.py $(BIN)

conformance-selection: build ## Compare some 230 selections with those of real dbt; needs PyPI.
	python3 Tests/Conformance/selection.py $(BIN)

PARQUET_TESTING ?=
SPARK ?=

conformance-parquet: build ## Exchange Parquet files with other implementations. PARQUET_TESTING=checkout, SPARK=1 (Java); needs PyPI.
	$(SWIFT) build $(TESTS) --build-tests
	python3 Tests/Conformance/parquet.py $(if $(PARQUET_TESTING),--public $(PARQUET_TESTING)) $(if $(SPARK),--spark) \
	  -- $(SWIFT) test $(TESTS) --skip-build --filter ExchangeTests
	@mkdir -p $(CONFORMANCE)
	$(BIN) sample --movies 2000 --out $(CONFORMANCE)/small.zip
	$(BIN) ingest $(CONFORMANCE)/small.zip --warehouse $(CONFORMANCE)/small
	$(BIN) build --quiet --warehouse $(CONFORMANCE)/small
	$(BIN) export --quiet --warehouse $(CONFORMANCE)/small --out $(CONFORMANCE)/exports
	python3 Tests/Conformance/content_hash.py $(BIN) $(CONFORMANCE)/small/current $(CONFORMANCE)/exports

MOVIES ?= 941597

bench-engine: build ## Measure small and MOVIES-sized builds, ls and parses beside dbt-duckdb and dbt-sqlite; needs PyPI, minutes.
	python3 Tests/Benchmarks/engine.py $(BIN)
	python3 Tests/Benchmarks/full_build.py $(BIN) --movies $(MOVIES)

bench: build ## Measure the full-size sample beside peers from PyPI, in one run; prints tables. Minutes, 6 GB of disk.
	python3 Tests/Benchmarks/loading.py $(BIN)

WAREHOUSE ?= warehouse

bench-export: build ## Measure Parquet exports of WAREHOUSE's build beside DuckDB and pyarrow; needs both from PyPI.
	python3 Tests/Benchmarks/parquet_export.py $(BIN) $(WAREHOUSE)

LARGE ?= 0

bench-push: build ## Measure pushes of WAREHOUSE's build to an S3 server beside aws and rclone; LARGE=5 for 5 GB; needs PyPI.
	STAND_INS_VOLUMES=400 python3 Tests/StandIns/stand_ins.py -- python3 Tests/Benchmarks/push.py $(BIN) $(WAREHOUSE) --large $(LARGE)

bench-micro: setup ## Measure splitter, encoder, page writer, hash and scanner, each alone on one core.
	$(SWIFT) build $(PRODUCT) --product Microbenchmarks
	.build/release/Microbenchmarks

clean: ## Remove what was built, and the project's artifacts. The warehouse stays.
	rm -rf .build .build-test .build-thread .build-address target logs
