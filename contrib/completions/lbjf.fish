# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_lbjf_global_optspecs
    string join \n config= v/verbose q/quiet color= h/help V/version
end

function __fish_lbjf_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_lbjf_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_lbjf_using_subcommand
    set -l cmd (__fish_lbjf_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c lbjf -n "__fish_lbjf_needs_command" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_needs_command" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_needs_command" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_needs_command" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_needs_command" -s V -l version -d 'Print version'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "sync" -d 'Send new films to Radarr and bring everybody\'s collection up to date'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "scrape" -d 'Print a watchlist, a list or an export with TMDB ids; needs no config'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "cleanup" -d 'Remove watched and no longer listed films from the collections'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "status" -d 'Show where everybody\'s films stand, as of the last run'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "generate" -d 'Print an example config, the man page, or completions for a shell'
complete -c lbjf -n "__fish_lbjf_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l user -d 'Only this person, named as in the config; repeat for more' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l radarr -d 'With `--add-again`: only this Radarr, named as in the config; repeat for more' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l dry-run -d 'Print what a run would do, and do nothing'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l full -d 'Read all pages of every watchlist, and retry what failed and films without a TMDB id'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l allow-shrink -d 'Accept a watchlist that lost most of its films at once'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l add-again -d 'Send films again that Radarr had before, for a new or restored Radarr'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l same-jellyfin -d 'Accept a newly installed Jellyfin of the same household; its collections are looked up again'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l ignore-cool-down -d 'Ask Letterboxd even during a cool-down'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l no-notify -d 'Tell no receiver of `[[notify]]` about this run'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -l json -d 'Print the outcome as JSON'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l limit -d 'Only the first N entries; of a watchlist the newest' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l save-pages -d 'Save every page that arrives, for a bug report; cookies and addresses are left out' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l no-resolve -d 'Do not read film pages for TMDB ids'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l ignore-cool-down -d 'Ask Letterboxd even during a cool-down'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l json -d 'Print JSON'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -l csv -d 'Print CSV: a header and one line for each entry'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_using_subcommand scrape" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l user -d 'Only this person\'s collection; repeat for more' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l dry-run -d 'Print what a run would do, and do nothing'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l no-notify -d 'Tell no receiver of `[[notify]]` about this run'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -l json -d 'Print the outcome as JSON'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_using_subcommand cleanup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l list -d 'Name all films in this state, each with the reason' -r -f -a "waiting\t'Not in Jellyfin yet, where that is known'
collection\t'In the collection'
watched\t'Watched by this person'
skipped\t'No server can take it, or it is excluded or unknown in Radarr'
failed\t'Radarr did not take it, or its film page could not be read'
unclear\t'You may know better which film it is'"
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l html -d 'Write a page for a browser into this file: what is new, ready to watch, on the way and skipped' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l user -d 'Only this person, named as in the config; repeat for more' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l healthy -d 'Print one line, and exit with 4 unless the last run succeeded within this many minutes' -r
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l waiting -d 'Ask Radarr what the films that are not there yet wait for, the next one first'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l check -d 'Check everything a run needs (config, store, Letterboxd, Radarr, Jellyfin), and change nothing'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l ignore-cool-down -d 'With `--check`: ask Letterboxd even during a cool-down'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l send-test -d 'With `--check`: send a test to each receiver of `[[notify]]`'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -l json -d 'Print JSON'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -l from-letterboxd-jellyfin -d 'With `config`: convert the `config.yaml` in this folder of the Python script letterboxd-jellyfin; notes go to stderr' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -l config -d 'Config file; by default the first of `$LBJF_CONFIG`, `./config.toml`, `~/.config/lbjf/config.toml` and `/etc/lbjf/config.toml`' -r -F
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -l color -d 'Use colours' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set'
always\t'Always'
never\t'Never'"
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -s v -l verbose -d 'Print each call and decision; twice: bodies too'
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -s q -l quiet -d 'Print only warnings and errors'
complete -c lbjf -n "__fish_lbjf_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "sync" -d 'Send new films to Radarr and bring everybody\'s collection up to date'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "scrape" -d 'Print a watchlist, a list or an export with TMDB ids; needs no config'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "cleanup" -d 'Remove watched and no longer listed films from the collections'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "status" -d 'Show where everybody\'s films stand, as of the last run'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "generate" -d 'Print an example config, the man page, or completions for a shell'
complete -c lbjf -n "__fish_lbjf_using_subcommand help; and not __fish_seen_subcommand_from sync scrape cleanup status generate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
