//! Copies of a world that was made ready once, for tests that begin at the same point again and again.

use std::fs::{self, File};
use std::path::Path;

use super::{World, memory};

impl World {
    /// Another world that stands where this one does: servers of its own that have the same, and a copy of the folder.
    pub fn twin(&self) -> Self {
        let (letterboxd, radarr, jellyfin) =
            (self.letterboxd.twin(), self.radarr.twin(), self.jellyfin.twin());
        let more_radarrs: Vec<_> =
            self.more_radarrs.iter().map(|(name, radarr)| (*name, radarr.twin())).collect();
        let mut addresses = vec![
            (self.letterboxd.server.url(), letterboxd.server.url()),
            (self.radarr.server.url(), radarr.server.url()),
            (self.jellyfin.server.url(), jellyfin.server.url()),
        ];
        let more = self.more_radarrs.iter().zip(&more_radarrs);
        addresses.extend(more.map(|((_, own), (_, its))| (own.server.url(), its.server.url())));
        let mut config = self.config.clone();
        for (own, its) in &addresses {
            config = config.replace(own, its);
        }
        let folder = memory();
        copy(self.folder.path(), folder.path());
        let declared = self.declared.iter().map(|path| {
            let name = path.strip_prefix(self.folder.path()).expect("what is declared lies in the folder");
            folder.path().join(name)
        });
        let declared = declared.collect();
        let (secrets, watch) = (self.secrets.clone(), self.watch.twin());
        let twin =
            Self { folder, letterboxd, radarr, more_radarrs, jellyfin, config, secrets, declared, watch };
        if twin.database().exists() {
            // A server may be known by its address.
            let db = rusqlite::Connection::open(twin.database()).expect("it was copied");
            for addresses in addresses {
                let sql = "UPDATE server SET identity = replace(identity, ?1, ?2)";
                db.execute(sql, addresses).expect("the store has servers");
            }
        }
        twin
    }
}

/// Copies all that lies in a folder, with the times of the files: by them an export is known.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        let copied = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            fs::create_dir(&copied).expect("the folder is new");
            copy(&path, &copied);
        } else {
            let changed = fs::metadata(&path).and_then(|about| about.modified()).expect("files have a time");
            fs::copy(&path, &copied).expect("it can be copied");
            let file = File::options().append(true).open(&copied).expect("it was just made");
            file.set_modified(changed).expect("it is ours");
        }
    }
}
