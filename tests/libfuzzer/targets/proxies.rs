//! A file of proxies: read, or explained with the lines that are wrong, and without the passwords in them.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use lbjf::config::Config;
use libfuzzer_sys::fuzz_target;

/// What stands for a password in the seeds.
const SECRET: &str = "Zq7Xw0Vk9Jb3Hy5Ng1Tf";

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("lbjf-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for temporary files");
    folder
});

fuzz_target!(|lines: &str| {
    fs::write(FOLDER.join("proxies.txt"), lines).expect("the folder can be written to");
    let kind = ["http", "https", "socks5", "socks5h"][lines.len() % 4];
    let text = format!(
        "[letterboxd]\nproxy_file = \"proxies.txt\"\nproxy_type = \"{kind}\"\n\
         [[users]]\nletterboxd_username = \"ada\"\n"
    );
    let env = |name: &str| (name == "HOME").then(|| "/nowhere".to_owned());
    let shown = match Config::parse(&text, &FOLDER.join("config.toml"), &env) {
        Ok(config) => {
            // Where the password of a seed became a name, it is a name.
            let is_name = config.letterboxd.proxies.iter().any(|proxy| proxy.host.contains(&SECRET[..8]));
            if is_name { String::new() } else { format!("{config:?}") }
        }
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(!shown.contains(&SECRET[..8]), "{shown}");
});
