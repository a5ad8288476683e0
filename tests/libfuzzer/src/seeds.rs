//! Writes what the fuzzer begins with into a folder for each target: the pages of the stand-ins, the example config,
//! answers of both servers.

use std::fs;
use std::path::Path;

use standins::letterboxd::{Film, Link, Markup, pages};

const ANSWERS: &[&str] = &[
    r#"{"appName":"Radarr","version":"6.0.3.10041","urlBase":""}"#,
    r#"[{"id":4,"name":"HD-1080p","items":[]}]"#,
    r#"[{"id":1,"path":"/movies/","accessible":true,"freeSpace":1}]"#,
    r#"[{"id":1,"label":"lbjf-ada"}]"#,
    r#"{"id":1,"label":"lbjf-ada"}"#,
    r#"[{"id":1,"tmdbId":949,"movieTitle":"Heat","movieYear":1995}]"#,
    r#"[{"id":1,"tmdbId":"949","path":"/movies/Heat (1995)","tags":[1]}]"#,
    r#"{"tmdbId":949,"title":"Heat","genres":["Action","Animation"]}"#,
    r#"[{"propertyName":"TmdbId","errorMessage":"This movie has already been added","errorCode":"MovieExistsValidator"},{"propertyName":"Path","errorMessage":"Path '/movies/Heat (1995)' is already configured","errorCode":"MoviePathValidator"}]"#,
    r#"{"Id":"s1","Version":"10.11.0","ServerName":"home"}"#,
    r#"[{"Id":"u1","Name":"ada","Policy":{"IsDisabled":false}}]"#,
    r#"{"Items":[{"Name":"A","Id":"b2","Type":"BoxSet","Path":"/c/A [boxset]","ParentId":"c3"}]}"#,
    r#"{"Items":[{"Name":"Heat","Id":"a1","Type":"Movie","ProductionYear":1995,"ProviderIds":{"Tmdb":"949"},"UserData":{"Played":true}}],"TotalRecordCount":1}"#,
    r#"{"Items":[{"Name":"Heat","Id":"a1","Type":"Video","ProviderIds":{"Tmdb":949}}],"TotalRecordCount":1}"#,
    r#"{"Id":"b2"}"#,
    r#"{"message":"Movie with tmdbId 949 was not found","description":"at NzbDrone"}"#,
    r#"{"title":"One or more","status":400,"errors":{"$.tmdbId":["no number"]}}"#,
];

const PROXIES: &str =
    "# mine\n10.0.0.1:8080\nproxy.example:3128:ada:Zq7Xw0Vk9Jb3Hy5Ng1Tf\n[::1]:1080:u:Zq7Xw0Vk9Jb3Hy5Ng1Tf:x\n\n";

fn main() {
    let folder = std::env::args().nth(1).expect("the folder to write to");
    let write = |target: &str, number: usize, bytes: &[u8]| {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(folder.join(format!("seed-{number}")), bytes).expect("the folder can be written to");
    };
    let films: Vec<_> = (1..=3).map(|n| Film::movie(&format!("film-{n}"), "A & more", 1990, n)).collect();
    let links = [Link::Movie(949), Link::Tv(87), Link::None, Link::Contradiction { button: 1, body: 2 }];
    for (number, markup) in Markup::ALL.into_iter().enumerate() {
        for (at, link) in links.iter().enumerate() {
            let page = pages::film_page_of(markup, &Film::new("heat", "Heat", 1995, *link));
            write("film", number * 10 + at, page.as_bytes());
        }
        for count in [0, 1, 3] {
            let page = pages::watchlist_page(markup, "ada", 1, 3, 60, &films[..count]);
            write("watchlist", number * 10 + count, page.as_bytes());
        }
    }
    for (number, page) in [pages::private_page(), pages::challenge_page()].iter().enumerate() {
        write("film", 100 + number, page.as_bytes());
        write("watchlist", 100 + number, page.as_bytes());
    }
    let example = include_str!("../../../config.example.toml");
    let set = |line: &str| line.strip_prefix('#').unwrap_or(line).to_owned();
    let lines = example.lines().filter(|line| !line.starts_with("# ") && *line != "#").map(set);
    let lines: Vec<String> = lines.collect();
    // Which line with a secret is put in, and where.
    let planted = |number: usize| [u8::try_from(number).unwrap_or(0), u8::try_from(5 * number).unwrap_or(0)];
    write("config", 0, &[&planted(0), lines.join("\n").as_bytes()].concat());
    // Each table by itself: shorter cases go faster.
    let text = lines.join("\n");
    for (number, table) in text.split("\n[").enumerate() {
        let users = "[[users]]\nletterboxd_username = \"ada\"\n";
        let table = if number == 0 { table.to_owned() } else { format!("[{table}") };
        let text = format!("{table}\n{users}");
        write("config", number + 1, &[&planted(number), text.as_bytes()].concat());
    }
    write("proxies", 0, PROXIES.as_bytes());
    for (number, line) in PROXIES.lines().enumerate() {
        write("proxies", number + 1, line.as_bytes());
    }
    for (number, answer) in ANSWERS.iter().enumerate() {
        let question = u8::try_from(number.min(14)).expect("fifteen questions");
        for status in [0, 2] {
            write("json", number * 2 + usize::from(status == 2), &[&[question, status], answer.as_bytes()].concat());
        }
    }
}
