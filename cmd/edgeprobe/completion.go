package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/config"
)

// complete tells the shell what fits where, for cmd and all below it: a place that takes no file offers none.
func complete(cmd *cobra.Command) {
	for flag, mark := range map[string]func(string) error{
		"config": func(flag string) error { return cmd.MarkFlagFilename(flag, "yaml", "yml") },
		"ca":     func(flag string) error { return cmd.MarkFlagFilename(flag, "pem", "crt") },
		"dir":    func(flag string) error { return cmd.MarkFlagDirname(flag) },
	} {
		if cmd.Flags().Lookup(flag) != nil {
			cobra.CheckErr(mark(flag))
		}
	}
	switch cmd.CommandPath() {
	case "edgeprobe check":
		cmd.ValidArgsFunction = configuredChecks
		cobra.CheckErr(cmd.RegisterFlagCompletionFunc("uplink", configuredUplinks))
	case "edgeprobe config check", "edgeprobe config init":
		cmd.ValidArgsFunction = firstArg([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt)
	case "edgeprobe fleet init", "edgeprobe fleet add", "edgeprobe fleet show", "edgeprobe replay":
		cmd.ValidArgsFunction = firstArg(nil, cobra.ShellCompDirectiveFilterDirs)
	default:
		if cmd.ValidArgsFunction == nil && cmd.Runnable() {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	for _, below := range cmd.Commands() {
		complete(below)
	}
}

// firstArg completes the first argument, and no other.
func firstArg(words []string, how cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words, how
	}
}

// configuredChecks completes the names that check takes with --config: the services and their checks.
func configuredChecks(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, check := range configured(cmd).Checks {
		full := check.Ref.String()
		for _, name := range []string{groupOf(check.Ref), full} {
			taken := slices.Contains(names, name) || slices.Contains(args, name)
			if !taken && strings.HasPrefix(name, typed) {
				names = append(names, name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// configuredUplinks completes the uplinks that --uplink takes with --config.
func configuredUplinks(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, u := range configured(cmd).Uplinks {
		names = append(names, u.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// configured is the config that --config names; an empty one when there is none to be had.
func configured(cmd *cobra.Command) *config.Config {
	file, err := cmd.Flags().GetString("config")
	if err != nil || file == "" {
		return &config.Config{}
	}
	c, err := config.Load(file)
	if err != nil {
		return &config.Config{}
	}
	return c
}
