package testkit

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// updateVariable is the environment variable that has golden files written. It is not a flag: `go test ./...` refuses a
// flag that one of the packages does not define, and a package of ours must not take a name from its users.
const updateVariable = "TESTKIT_UPDATE"

// goldenFolder is below the package's folder. Nothing else lives there, so that what is in it and unused is left over.
var goldenFolder = filepath.Join("testdata", "snapshots")

// goldenFiles are the golden files of one package. It is safe for use by parallel tests.
type goldenFiles struct {
	folder string // the package's

	mu     sync.Mutex
	used   map[string]use // by path below folder, in lower case: some file systems know no other
	listed sync.Once
}

// use is the test that compares a golden file.
type use struct {
	test string
	by   testing.TB
}

// ofThisPackage is made before a test can change the working directory, which `go test` sets to the package's folder.
var ofThisPackage = newGoldenFiles(".")

func newGoldenFiles(folder string) *goldenFiles {
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	return &goldenFiles{folder: folder, used: map[string]use{}}
}

// document is what a golden file should hold, and how a difference is explained.
type document struct {
	content string
	heading func(text []string, line int) string       // where a line stands
	effect  func(before, after string) (string, error) // what the change does; empty where there is nothing to say
}

// compare fails the test when the golden file differs from got, or writes it in update mode. what names what is compared.
func (g *goldenFiles) compare(t testing.TB, file, what string, got document) {
	t.Helper()
	// `go test` takes a result from its cache while what the tests read is the same, and looks no more once they have
	// ended. It has to see the folder now, or a file that is added or lost would go unnoticed.
	g.listed.Do(func() { _, _ = g.unused() })
	file = filepath.Join(goldenFolder, filepath.FromSlash(fileName(t.Name())), filepath.FromSlash(fileName(file)))
	if err := g.claim(t, file); err != nil {
		t.Errorf("testkit: %v", err)
		return
	}
	path := filepath.Join(g.folder, file)
	update, err := updating()
	if err != nil {
		t.Errorf("testkit: %v", err)
		return
	}
	if update {
		if err := write(path, got.content); err != nil {
			t.Errorf("testkit: %v", err)
		}
		return
	}

	golden, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Errorf("testkit: there is no %s yet. Write it, read it, and commit it:\n\n%s", filepath.ToSlash(file), updateCommand(t))
		return
	}
	if err != nil {
		t.Errorf("testkit: %v", err)
		return
	}
	before := strings.ReplaceAll(string(golden), "\r\n", "\n") // as git may have checked it out
	if before == got.content {
		return
	}
	effect, err := got.effect(before, got.content)
	if err != nil {
		effect = fmt.Sprintf("What the change does to deployed resources is not known: %s is %v.\n", filepath.ToSlash(file), err)
	}
	if effect != "" {
		effect += "\n"
	}
	t.Errorf("testkit: %s is not what %s says.\n\n%s%s\nIf it should be so, write the file anew:\n\n%s",
		what, filepath.ToSlash(file), effect,
		unified(filepath.ToSlash(file), "now", before, got.content, got.heading), updateCommand(t))
}

// claim notes that t compares file, and is an error where another snapshot does too.
func (g *goldenFiles) claim(t testing.TB, file string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := strings.ToLower(file)
	earlier, taken := g.used[key]
	if taken && earlier.by == t {
		return fmt.Errorf("%s is compared twice in this test; give one of the snapshots a name: testkit.Named(…)", filepath.ToSlash(file))
	}
	if taken && earlier.test != t.Name() { // the same name is the same test again: -count=2
		return fmt.Errorf("%s is compared by test %s too; rename one of the tests", filepath.ToSlash(file), earlier.test)
	}
	g.used[key] = use{test: t.Name(), by: t}
	return nil
}

// unused lists the golden files that no test compared, in order.
func (g *goldenFiles) unused() ([]string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var files []string
	err := filepath.WalkDir(filepath.Join(g.folder, goldenFolder), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a package without golden files
		}
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := filepath.Rel(g.folder, path)
		if _, used := g.used[strings.ToLower(file)]; !used {
			files = append(files, file)
		}
		return err
	})
	slices.Sort(files)
	return files, err
}

// finish is the code that a package exits with whose tests exit with code: where all of them ran and passed, there must be
// no golden file left over.
func (g *goldenFiles) finish(code int, flag func(name string) string, report func(format string, arguments ...any)) int {
	if code == 0 && wholePackage(flag) {
		return g.settle(report)
	}
	return code
}

// settle reports the golden files that no test compared, and is the code to exit with. In update
// mode it removes them.
func (g *goldenFiles) settle(report func(format string, arguments ...any)) int {
	unused, err := g.unused()
	if err != nil {
		report("testkit: %v\n", err)
		return 1
	}
	update, err := updating()
	if err != nil { // each comparison has said so
		return 1
	}
	if len(unused) == 0 {
		return 0
	}
	if !update {
		report("testkit: no test compares these files; remove them, or run the tests with %s=1:\n", updateVariable)
	}
	for _, file := range unused {
		if update {
			if err := os.Remove(filepath.Join(g.folder, file)); err != nil {
				report("testkit: %v\n", err)
				return 1
			}
			report("testkit: removed %s: no test compares it\n", filepath.ToSlash(file))
			continue
		}
		report("  %s\n", filepath.ToSlash(file))
	}
	if update {
		return 0
	}
	return 1
}

// wholePackage says whether every test runs: only then is an unused file left over.
func wholePackage(value func(flag string) string) bool {
	for _, filter := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if value(filter) != "" {
			return false
		}
	}
	return value("test.short") != "true" && value("test.fuzzworker") != "true" && value("test.count") != "0"
}

func flagValue(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// updating says whether golden files are written instead of compared.
func updating() (bool, error) {
	value := os.Getenv(updateVariable)
	if value == "" {
		return false, nil
	}
	update, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("%s is %q; set it to 1 to write golden files, or unset it to compare them", updateVariable, value)
	}
	return update, nil
}

func write(path, content string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a source file, as readable as the others
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644) //nolint:gosec // likewise
}

// updateCommand is the shell command that writes the test's golden files.
func updateCommand(t testing.TB) string {
	where := "."
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" {
		where = strings.TrimSuffix(info.Path, ".test")
	}
	test, _, _ := strings.Cut(t.Name(), "/")
	return fmt.Sprintf("  %s=1 go test -run '^%s$' %s\n", updateVariable, test, where)
}

// unfit are the characters that some file system does not have in a name.
var unfit = regexp.MustCompile(`[^A-Za-z0-9._/-]+`)

func fileName(name string) string {
	return unfit.ReplaceAllString(name, "-")
}
