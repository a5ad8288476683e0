//! What comes in place of a page: Letterboxd's own error pages, and Cloudflare's.

use super::CLOUDFLARE_SCRIPT;

/// The answer to a private watchlist, with status 403. Its `challenge-platform` script is no challenge.
pub fn private_page() -> String {
    error_page(
        "Forbidden",
        "forbidden",
        "<strong>Not for your eyes.</strong><br/>\n\tThis file is <a href=\"/contact/\">classified</a>.",
    )
}

/// The answer to an unknown member or film, with status 404.
pub fn not_found_page() -> String {
    error_page("Not Found", "not-found", "Sorry, we can’t find the page you’ve requested.")
}

/// The bare 403 for an address without its slash at the end, a page past the last one or a sorted list.
pub fn refused_page() -> String {
    "<html>\n<head><title>403 Forbidden</title></head>\n<body>\n<center><h1>403 Forbidden</h1></center>\n\
     <hr><center>cloudflare</center>\n</body>\n</html>\n"
        .to_owned()
}

/// Cloudflare's challenge; with status 403 and `cf-mitigated: challenge`, or with 200 through a proxy.
pub fn challenge_page() -> String {
    r#"<!DOCTYPE html>
<html lang="en-US">
<head>
    <title>Just a moment...</title>
    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
    <meta name="robots" content="noindex,nofollow" />
    <script>(function () { window._cf_chl_opt = { cvId: '3', cType: 'managed', cRay: '0000000000000000' }; })();</script>
</head>
<body class="no-js">
    <div class="main-wrapper" role="main"><div class="main-content">
        <noscript><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></noscript>
    </div></div>
    <script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>
</body>
</html>
"#
    .to_owned()
}

/// Cloudflare's refusal of too many requests; with status 429 or 426.
pub fn rate_limit_page() -> String {
    r#"<!DOCTYPE html>
<html lang="en-US">
<head><title>Access denied | letterboxd.com used Cloudflare to restrict access</title><meta charset="UTF-8" /></head>
<body><div id="cf-wrapper"><div id="cf-error-details"><h1>Error <span>1015</span></h1><h2>You are being rate limited</h2></div></div></body>
</html>
"#
    .to_owned()
}

fn error_page(name: &str, template: &str, message: &str) -> String {
    format!(
        r#"
<!DOCTYPE html>
<html>
<head>
	<title>Letterboxd - {name}</title>
	<meta charset="UTF-8" />
	<script>
		var analytic_params = {{}};
		analytic_params['template'] = '/errors/{template}';
	</script>
</head>

<body class="error message-dark" style="background-image: url(/static/img/{template}.jpg)">

<section class="message">
	<h1><a href="/">Letterboxd</a></h1>

	<p>{message}</p>

	<p><small><a href="/film/decoy-still/">Still from a film</a></small></p>
</section>

{CLOUDFLARE_SCRIPT}</body>

</html>
"#
    )
}
