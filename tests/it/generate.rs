//! `generate config --from-letterboxd-jellyfin`: the way over from the Python script.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::common::{Ran, World};
use lbjf::exit::Exit;

const SCRIPT: &str = "\
radarr:
  url: http://radarr:7878
  api_key: s3cr3tradarr
  root_folder_path: /movies
  quality_profile_id: 4
jellyfin: {url: \"http://jellyfin:8096\", api_key: s3cr3tjellyfin}
sonarr: {api_key: s3cr3tsonarr}
users:
- {letterboxd_username: Ada, jellyfin_username: ada, jellyfin_collection_id: 12345678901234567890123456789012}
";

/// A world with the script's folder in it.
fn script(config: &str) -> World {
    let world = World::new().declare("script/config.yaml");
    fs::create_dir_all(world.folder.path().join("script/data")).expect("a folder of our own");
    fs::write(world.folder.path().join("script/config.yaml"), config).expect("a folder of our own");
    world
}

fn convert(world: &World) -> Ran {
    let ran = world.lbjf(&["generate", "config", "--from-letterboxd-jellyfin", "script"]);
    assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    ran
}

#[test]
fn the_new_config_goes_to_stdout_and_what_is_different_to_stderr() {
    let world = script(SCRIPT);
    let ran = convert(&world).exits(Exit::Success).mentions("\nsonarr: lbjf handles films only");
    assert!(ran.stdout.contains("\n[radarr]\nurl = \"http://radarr:7878\"\napi_key = \"s3cr3tradarr\"\n"));
    assert!(!ran.stderr.contains("first run"), "there is no state: {}", ran.stderr);

    let state =
        r#"{"version": 2, "users": {"ada": {"movies": {"film/heat-1995/": {"status": "pending_radarr"}}}}}"#;
    fs::write(world.folder.path().join("script/data/sync_state.json"), state).expect("a folder of our own");
    convert(&world)
        .exits(Exit::Success)
        .mentions("ada: the script knows 1 films; 1 wait for Radarr and are sent");
    fs::write(world.folder.path().join("script/sync_state.db"), "no database").expect("a folder of our own");
    convert(&world).exits(Exit::Failure).mentions("`script/sync_state.db`: not a database of the script");
}

#[test]
fn a_script_config_that_lacks_something_is_printed_all_the_same() {
    let world = script(&SCRIPT.replace("  root_folder_path: /movies\n", ""));
    let ran = convert(&world)
        .exits(Exit::Config)
        .mentions("error: the new config still needs changes: config `config.toml` has 1 problem\n")
        .mentions("radarr.root_folder_path: is missing");
    assert!(ran.stdout.contains("s3cr3tjellyfin"));
}

#[test]
fn what_is_not_the_scripts_folder_is_an_error() {
    let world = script("radarr: [s3cr3t]\n");
    convert(&world).exits(Exit::Failure).mentions(
        "error: `script/config.yaml`: not a config of the script (`radarr.url` has another form there)",
    );
    fs::remove_file(world.folder.path().join("script/config.yaml")).expect("it is there");
    convert(&world).exits(Exit::Failure).mentions("error: cannot read `script/config.yaml`: No such file");
    let man = world.lbjf(&["generate", "man", "--from-letterboxd-jellyfin", "script"]);
    assert_eq!(man.code, 2);
    man.mentions("error: `--from-letterboxd-jellyfin` only goes with `lbjf generate config`");
}

#[test]
fn a_file_that_others_can_read_gets_a_warning() {
    let world = script(SCRIPT).declare("new.toml");
    for (mode, is_open) in [(0o644, true), (0o600, false)] {
        let path = world.folder.path().join("new.toml");
        let file = File::create(&path).expect("a folder of our own");
        file.set_permissions(Permissions::from_mode(mode)).expect("it is ours");
        let mut command = world.command(&["generate", "config", "--from-letterboxd-jellyfin", "script"]);
        let output =
            command.stdout(Stdio::from(file)).stderr(Stdio::piped()).output().expect("lbjf was built");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            stderr.contains("warning: the new config holds your keys and others can read it"),
            is_open,
            "{stderr}"
        );
    }
}
