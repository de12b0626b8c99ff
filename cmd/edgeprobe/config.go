package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/store"
)

func newConfigCmd() *cobra.Command {
	return group(&cobra.Command{Use: "config", Short: "Begin, check and describe configuration files"},
		&cobra.Command{
			Use:   "init [FILE]",
			Short: "Write a commented file to begin with",
			Long:  "Write a commented configuration for one device alone to FILE, or print it. A file that exists is left as it is.",
			Example: `  edgeprobe config init my.yaml
  edgeprobe config init | less`,
			Args: cobra.MaximumNArgs(1),
			RunE: runConfigInit,
		},
		&cobra.Command{
			Use:   "check FILE",
			Short: "Say everything that is wrong with a file, or that it is good",
			Long: `Say everything that is wrong with FILE at once, a line for each problem with its place and how to mend it.
Files that it refers to are read as well. Exit status 0: it is good; what works but will disappoint is a warning.`,
			Example: `  edgeprobe config check my.yaml
  edgeprobe config check --json my.yaml`,
			Args: oneArg("the config file"),
			RunE: runConfigCheck,
		},
		&cobra.Command{
			Use:   "schema",
			Short: "Print the JSON Schema of the file, which explains every key",
			Long:  "Print the JSON Schema (2020-12) of the configuration file, for editors that complete and check YAML by it.",
			Example: `  edgeprobe config schema >edgeprobe.schema.json
  # and as the first line of the YAML file:
  # yaml-language-server: $schema=edgeprobe.schema.json`,
			Args: cobra.NoArgs,
			RunE: runConfigSchema,
		},
	)
}

func runConfigInit(cmd *cobra.Command, args []string) error {
	out := cmd.OutOrStdout()
	if len(args) == 0 {
		_, err := fmt.Fprint(out, config.Minimal())
		return err
	}
	if err := createFile(args[0], config.Minimal()); err != nil {
		return fmt.Errorf("write %s: %w", args[0], err)
	}
	if wantsJSON(cmd) {
		return printJSON(out, map[string]string{"file": args[0]})
	}
	_, err := fmt.Fprintf(out, "%s: written; put in your own names, then run edgeprobe config check %[1]s\n", args[0])
	return err
}

// createFile writes a new file; an existing one stays as it is.
func createFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("it exists already and is left as it is; choose another name or remove it")
	} else if err != nil {
		return withoutPath(err)
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// withoutPath returns a file error whose path stands in the sentence already.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// checked is what `config check --json` prints.
type checked struct {
	File     string         `json:"file"`
	OK       bool           `json:"ok"`
	Problems config.Errors  `json:"problems"`
	Config   *config.Config `json:"config,omitempty"`
}

func runConfigCheck(cmd *cobra.Command, args []string) error {
	cfg, err := config.Load(args[0])
	var problems config.Errors
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	if err == nil {
		cfg.Warnings = append(cfg.Warnings, machineWarnings(cfg)...)
	}
	if wantsJSON(cmd) {
		if problems == nil {
			problems = config.Errors{}
		}
		if err := printJSON(cmd.OutOrStdout(), checked{args[0], err == nil, problems, cfg}); err != nil {
			return err
		}
	} else if err != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), problems)
	} else {
		fmt.Fprint(cmd.OutOrStdout(), goodNews(args[0], cfg))
	}
	if err != nil {
		return fmt.Errorf("%w: %s has problems", errBad, args[0])
	}
	return nil
}

// machineWarnings says what of a good file would not work on this machine, for this user: the daemon may run elsewhere,
// or as another.
func machineWarnings(cfg *config.Config) []string {
	if err := store.Usable(cfg.Store.Dir); err != nil {
		return []string{"as this user, here, the daemon could not keep what it sees: " + err.Error()}
	}
	return nil
}

// goodNews returns what is said of a good file.
func goodNews(file string, cfg *config.Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ok, %s\n", file, cfg)
	for _, w := range cfg.Warnings {
		fmt.Fprintf(&b, "%s: warning: %s\n", file, w)
	}
	return b.String()
}

func runConfigSchema(cmd *cobra.Command, _ []string) error {
	_, err := io.WriteString(cmd.OutOrStdout(), config.Schema())
	return err
}
