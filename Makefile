# Needs Go, Node.js (20 or later), Python (3.10 or later) and make; everything else is
# installed at pinned versions into .tools/. `make` lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

# Tools that are Go programs. Python's and Node.js's are pinned in tools/.
GOLANGCI_LINT_VERSION := v2.15.0
GOTESTSUM_VERSION     := v1.13.0
GOVULNCHECK_VERSION   := v1.9.0

TOOLS := $(CURDIR)/.tools
BUILD := $(CURDIR)/.build

# The tests, the demo and the local cloud find the tools by this.
export TOOLS_DIR := $(TOOLS)

# jsii is not silent about Node.js versions older than its favourite one.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 1
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

GOLANGCI_LINT := $(TOOLS)/golangci-lint/$(GOLANGCI_LINT_VERSION)/golangci-lint
GOTESTSUM     := $(TOOLS)/gotestsum/$(GOTESTSUM_VERSION)/gotestsum
LOCALCLOUD    := $(TOOLS)/localcloud/.installed
CFN_LINT      := $(TOOLS)/cfn-lint/.installed
CHECKOV       := $(TOOLS)/checkov/.installed
NODE          := $(TOOLS)/node/.installed
SPIN          := $(TOOLS)/spin/spin

EXAMPLES := $(patsubst examples/%/cdk.json,%,$(wildcard examples/*/cdk.json))

# Each test that ran is on a line of its own; a summary follows.
TEST := $(GOTESTSUM) --format testname --hide-summary skipped --

say = @printf '\n\033[1m== %s\033[0m\n' "$(1)"

##@ See it work

.PHONY: demo
demo: $(LOCALCLOUD) $(NODE) ## a title from camera to screen on a local cloud, each trouble, and each pattern alone; writes .local/demo/report.html
	$(call say,demo: deploy the examples to a local cloud and play their partners)
	@cd test && go run ./cmd/demo

.PHONY: up
up: $(LOCALCLOUD) $(NODE) ## EXAMPLE=name: keep a local cloud running with that example deployed; CONTEXT="name=value …" sets context values; see .local/
	$(call say,up: local cloud with the example "$(EXAMPLE)")
	@cd test && go run ./cmd/localcloud up "$(EXAMPLE)" $(CONTEXT)

.PHONY: down
down: ## stop the local cloud of `make up`
	$(call say,down: stop the local cloud)
	@cd test && go run ./cmd/localcloud down

##@ Check it

.PHONY: test
test: test-unit test-e2e ## every test: unit, template, differential, end to end on a local cloud

.PHONY: test-short
test-short: test-unit ## the tests that need no local cloud

.PHONY: test-unit
test-unit: $(GOTESTSUM)
	$(call say,test: the library and the examples)
	@$(TEST) -timeout 20m ./...
	$(call say,test: test tools and comparisons with other implementations)
	@cd test && $(TEST) -timeout 20m $$(go list ./... | grep -Ev '/test/(e2e|faults|localcloud|rules)(/|$$)')

.PHONY: test-e2e
test-e2e: $(GOTESTSUM) $(LOCALCLOUD) $(NODE)
	$(call say,test: the local cloud and the examples end to end on it)
	@cd test && $(TEST) -p 1 -count 1 -timeout 40m ./localcloud/... ./e2e/... ./faults/...

.PHONY: test-faults
test-faults: $(LOCALCLOUD) $(NODE) ## 10,000 events of 500 assets while calls fail and handlers die; FAULTS_SEED=n replays
	$(call say,test: a supply chain under faults)
	@cd test && FAULTS_SEED=$${FAULTS_SEED:-$$RANDOM} FAULTS_ASSETS=$${FAULTS_ASSETS:-500} FAULTS_EVENTS=$${FAULTS_EVENTS:-20} go test -v -count 1 -timeout 60m -run TestNothingIsLostNorDoneTwice ./faults/

.PHONY: model
model: $(SPIN) ## check the model of the callback protocol with SPIN, and that it finds each safeguard taken away; needs a C compiler
	$(call say,model: the callback protocol in every order)
	@model/check.sh $(SPIN) $(BUILD)/model

.PHONY: lint
lint: lint-go lint-templates lint-rules lint-vulnerabilities ## every check of code, templates and dependencies

.PHONY: lint-go
lint-go: $(GOLANGCI_LINT)
	$(call say,lint: format of Go code)
	@$(GOLANGCI_LINT) fmt --diff
	$(call say,lint: golangci-lint on the library)
	@$(GOLANGCI_LINT) run ./...
	$(call say,lint: golangci-lint on the test module)
	@cd test && $(GOLANGCI_LINT) run ./...

.PHONY: lint-templates
lint-templates: templates $(CFN_LINT) $(CHECKOV)
	$(call say,lint: cfn-lint on the examples' templates)
	@$(TOOLS)/cfn-lint/bin/cfn-lint --config-file tools/cfnlintrc.yaml --format pretty -- $(BUILD)/templates/*/*.template.json
	$(call say,lint: checkov on the examples' templates)
	@$(TOOLS)/checkov/bin/checkov --config-file tools/checkov.yaml --directory $(BUILD)/templates
	$(call say,lint: asl-validator on the examples' state machines)
	@NODE_PATH=$(TOOLS)/node/node_modules node tools/asl.js $(BUILD)/templates

.PHONY: templates
templates: $(NODE)
	$(call say,synthesize the examples: $(EXAMPLES))
	@for example in $(EXAMPLES); do \
		echo "$$example"; \
		said=$$(cd examples/$$example && $(TOOLS)/node/node_modules/.bin/cdk synth --quiet --output $(BUILD)/templates/$$example 2>&1) \
			|| { echo "$$said"; exit 1; }; \
	done

.PHONY: lint-rules
lint-rules: $(GOTESTSUM)
	$(call say,lint: cdk-nag rules on the examples)
	@cd test && $(TEST) -timeout 20m ./rules/...

.PHONY: lint-vulnerabilities
lint-vulnerabilities:
	$(call say,lint: known vulnerabilities in what the code calls)
	@tools/govulncheck.sh go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)

##@ Work on it

.PHONY: bench
bench: $(LOCALCLOUD) $(NODE) ## measure synthesis, handlers and verification
	$(call say,bench: the library)
	@go test -run '^$$' -bench . -benchmem ./...
	$(call say,bench: against other implementations)
	@cd test && go test -run '^$$' -bench . -benchmem -timeout 40m $$(go list ./... | grep -E '/test/(bench|differential)')

.PHONY: bench-throughput
bench-throughput: $(LOCALCLOUD) $(NODE) ## 10,000 events through a supply chain and through a pipeline by hand, in turn
	$(call say,bench: throughput against a pipeline by hand)
	@cd test && THROUGHPUT_EVENTS=$${THROUGHPUT_EVENTS:-10000} THROUGHPUT_ROUNDS=$${THROUGHPUT_ROUNDS:-2} go test -run '^$$' -bench Throughput -benchtime 1x -timeout 90m ./bench/throughput

.PHONY: snapshots
snapshots: ## rewrite the golden files; read the diff before you commit it
	$(call say,snapshots: rewrite golden files)
	@TESTKIT_UPDATE=1 go test -count 1 ./...
	@git status --short -- '*testdata*'

.PHONY: tools
tools: $(LOCALCLOUD) $(NODE) $(GOTESTSUM) ## install what the tests and the demo need

.PHONY: clean
clean: ## stop the local cloud; remove installed tools and everything built
	@if [ -e .local/cloud ]; then $(MAKE) --no-print-directory down; fi
	$(call say,clean: remove .tools .build .local)
	@rm -rf .tools .build .local

.PHONY: help
help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nThe examples: %s\n' "$(EXAMPLES)"

# Installed tools. Each waits for its pins: a changed pin installs anew.

$(TOOLS)/%/.installed: tools/%.txt
	$(call say,install $* (Python packages pinned in $<))
	@python3 -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(NODE): tools/package.json tools/package-lock.json
	$(call say,install the CDK CLI and asl-validator (npm packages pinned in tools/package-lock.json))
	@mkdir -p $(@D)
	@cp $^ $(@D)
	@cd $(@D) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

$(SPIN): tools/spin.sh
	$(call say,install the model checker SPIN (Debian package pinned in $<))
	@$< $(@D)
	@touch $@

$(GOTESTSUM):
	$(call say,install gotestsum $(GOTESTSUM_VERSION))
	@GOBIN=$(@D) go install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)

$(GOLANGCI_LINT):
	$(call say,install golangci-lint $(GOLANGCI_LINT_VERSION) (compiles for some minutes))
	@GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
