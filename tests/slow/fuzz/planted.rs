//! Secrets in a config, for both ways of fuzzing: where people put a key, rightly and wrongly.

/// What must not be shown, nor its beginning.
pub const SECRET: &str = "Zq7Xw0Vk9Jb3Hy5Ng1Tf";

/// Lines with `SECRET` in them, apart by `¦`. Whatever follows, it stays a key's value.
pub const PLANTED: &str = "api_key = \"SECRET\"¦api_key = \"SECRET¦api_key = SECRET¦api_key = 'SECRET'¦\
    api_key = [\"SECRET\"]¦api_key = { file = \"SECRET\" }¦api_key = \"SECRET\\n\"¦\
    apikey = \"SECRET\"¦\"api_key\" = \"SECRET é\"¦url = \"http://ada:SECRET@h:1\"¦\
    url = \"ftp://SECRET@h:1\"¦base_url = \"ada:SECRET@h:1\"¦proxies = [\"http://ada:SECRET@h:1\"]¦\
    proxies = [\"ada:SECRET@h\", 1]¦proxies = \"http://ada:SECRET@\"";

/// Is the secret of this config seen in what was said of it?
pub fn is_shown(config: &str, said: &str) -> bool {
    // A string over several lines may swallow the key, and is then no secret to anyone.
    let is_swallowed = config.contains("\"\"\"") || config.contains("'''");
    !is_swallowed && said.contains(&SECRET[..8])
}
