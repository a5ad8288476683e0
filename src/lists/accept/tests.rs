use super::*;

const NOW: Timestamp = 1_000_000;
const TERMS: Terms = Terms { now: NOW, full: false, allow_shrink: false, full_scan_secs: Some(24 * HOUR) };

fn settled(age: Timestamp) -> Cursor {
    Cursor { accepted_at: Some(NOW - age), whole_at: Some(NOW - age), ..Cursor::default() }
}

fn whole(known: u32, unique: u32, gone: u32) -> Whole {
    let total = unique;
    Whole { declared: Some(total), declared_first: total, unique, known, gone, missing: 0, still_missing: 0 }
}

/// Of a watchlist.
fn need(cursor: &Cursor, terms: Terms, known: u32, new: u32, declared: u32) -> Need {
    super::need(cursor, terms, Some(declared), is_sum_right(cursor, known, new, declared))
}

#[test]
fn need_is_one_page_as_long_as_the_sum_is_right() {
    let day_old = settled(24 * HOUR);
    let fresh = settled(HOUR);
    let short = Cursor { shortfall: 2, ..fresh };
    for (cursor, known, new, declared, expected) in [
        (&Cursor::default(), 0, 28, 60, Need::All),
        (&fresh, 60, 0, 60, Need::Head),
        (&fresh, 60, 2, 62, Need::Head),
        (&fresh, 60, 0, 59, Need::All),
        (&fresh, 60, 1, 60, Need::All),
        (&short, 58, 0, 60, Need::Head),
        (&short, 58, 0, 58, Need::All),
        (&day_old, 60, 0, 60, Need::All),
    ] {
        assert_eq!(need(cursor, TERMS, known, new, declared), expected, "{known} + {new} of {declared}");
    }
    assert_eq!(need(&fresh, Terms { full: true, ..TERMS }, 60, 0, 60), Need::All);
    assert_eq!(need(&day_old, Terms { full_scan_secs: None, ..TERMS }, 60, 0, 60), Need::Head);
}

#[test]
fn a_whole_reading_is_due_when_the_last_one_is_old_or_from_a_clock_that_was_ahead() {
    for (age, expected) in
        [(23 * HOUR, true), (23 * HOUR - 1, false), (-HOUR, false), (-HOUR - 1, true), (0, false)]
    {
        assert_eq!(is_whole_due(&settled(age), TERMS), expected, "{age} seconds old");
        let never = Terms { full_scan_secs: None, ..TERMS };
        assert!(!is_whole_due(&settled(age), never), "{age} seconds old, and never by itself");
        assert!(is_whole_due(&settled(age), Terms { full: true, ..never }));
    }
    assert!(is_whole_due(&Cursor::default(), Terms { full_scan_secs: None, ..TERMS }));
}

#[test]
fn a_page_that_cannot_be_read_is_tried_once_more_and_then_once_an_hour() {
    let missing = |count| Cursor {
        whole_at: None,
        incomplete: Some(Incomplete { last_at: NOW, count }),
        ..settled(HOUR)
    };
    let after = |minutes: Timestamp| Terms { now: NOW + minutes * 60, ..TERMS };
    assert_eq!(Incomplete::next(None, NOW), Incomplete { last_at: NOW, count: 1 });
    assert_eq!(Incomplete::next(missing(1).incomplete, NOW), Incomplete { last_at: NOW, count: 2 });
    for (count, minutes, expected) in [
        (1, 0, Need::All),
        (2, 0, Need::Wait),
        (2, 59, Need::Wait),
        (2, 60, Need::All),
        (u32::MAX, 59, Need::Wait),
        (2, -10, Need::All),
    ] {
        for declared in [60, 61] {
            let need = need(&missing(count), after(minutes), 60, 0, declared);
            assert_eq!(need, expected, "{count} times, {minutes} minutes ago, {declared} declared");
        }
    }
    for at_once in [Terms { full: true, ..TERMS }, Terms { allow_shrink: true, ..TERMS }] {
        assert_eq!(need(&missing(2), at_once, 60, 0, 60), Need::All);
    }
}

#[test]
fn need_is_all_pages_until_a_reading_is_accepted() {
    let cursor = Cursor { accepted_at: None, ..settled(HOUR) };
    assert_eq!(need(&cursor, TERMS, 60, 0, 60), Need::All);
}

#[test]
fn need_survives_a_clock_that_was_set_back() {
    assert_eq!(need(&settled(-48 * HOUR), TERMS, 60, 0, 60), Need::All);
}

#[test]
fn a_reading_whose_total_is_right_is_accepted() {
    assert_eq!(judge(&Cursor::default(), TERMS, whole(0, 60, 0)), Verdict::Accepted { shortfall: 0 });
    assert_eq!(judge(&Cursor::default(), TERMS, whole(0, 0, 0)), Verdict::Accepted { shortfall: 0 });
    assert_eq!(judge(&settled(HOUR), TERMS, whole(60, 57, 3)), Verdict::Accepted { shortfall: 0 });
}

#[test]
fn a_total_that_disagrees_takes_nothing_off_until_it_repeats_an_hour_later() {
    let short = |declared| Whole { declared: Some(declared), declared_first: declared, ..whole(60, 58, 2) };
    let first = judge(&settled(HOUR), TERMS, short(60));
    let expected = Mismatch { first_at: NOW, count: 1, declared: 60, shortfall: Some(2) };
    assert_eq!(first, Verdict::Mismatch(expected));

    let cursor = Cursor { mismatch: Some(expected), ..settled(HOUR) };
    let later = |minutes: Timestamp| Terms { now: NOW + minutes * 60, ..TERMS };
    assert_eq!(need(&cursor, later(10), 60, 0, 59), Need::All, "once more next run");
    let again = judge(&cursor, later(10), short(60));
    assert_eq!(again, Verdict::Mismatch(Mismatch { count: 2, ..expected }));

    let cursor = Cursor { mismatch: Some(Mismatch { count: 2, ..expected }), ..settled(HOUR) };
    assert_eq!(need(&cursor, later(20), 57, 0, 60), Need::Wait, "then only when the total moves");
    assert_eq!(need(&cursor, later(20), 57, 0, 61), Need::All);
    assert_eq!(need(&cursor, later(60), 57, 0, 60), Need::All, "or when it may be accepted");
    assert_eq!(judge(&cursor, later(60), short(60)), Verdict::Accepted { shortfall: 2 });
    let other = judge(&cursor, later(60), short(61));
    assert_eq!(
        other,
        Verdict::Mismatch(Mismatch { first_at: NOW + 3600, count: 1, declared: 61, shortfall: Some(3) })
    );
}

#[test]
fn a_list_of_which_less_than_half_is_shown_is_never_accepted() {
    let short = |shown| Whole { declared: Some(414), declared_first: 414, ..whole(415, shown, 415 - shown) };
    let before = |shortfall| Mismatch { first_at: NOW, count: 2, declared: 414, shortfall: Some(shortfall) };
    let later = Terms { now: NOW + 2 * HOUR, allow_shrink: true, ..TERMS };
    for (shown, expected) in [
        (207, Verdict::Accepted { shortfall: 207 }),
        (206, Verdict::Mismatch(Mismatch { count: 3, ..before(208) })),
    ] {
        let shortfall = 414 - shown;
        let cursor = Cursor { mismatch: Some(before(shortfall)), ..settled(HOUR) };
        assert_eq!(judge(&cursor, later, short(shown)), expected, "{shown} of 414");
        let waits = Terms { allow_shrink: false, ..later };
        let need = need(&cursor, waits, 415, 0, 414);
        assert_eq!(need, if shown == 206 { Need::Wait } else { Need::All }, "and time alone settles nothing");
    }
    let few = Whole { declared: Some(6), declared_first: 6, ..whole(6, 1, 5) };
    let cursor = Cursor {
        mismatch: Some(Mismatch { first_at: NOW, count: 1, declared: 6, shortfall: Some(5) }),
        ..settled(HOUR)
    };
    assert_eq!(judge(&cursor, later, few), Verdict::Accepted { shortfall: 5 });
}

#[test]
fn a_total_that_disagrees_keeps_its_pace_also_while_a_shrunken_list_waits() {
    let mismatch = Mismatch { first_at: NOW, count: 2, declared: 20, shortfall: None };
    let cursor = Cursor { mismatch: Some(mismatch), pending_at: Some(NOW), ..settled(HOUR) };
    let later = Terms { now: NOW + 2 * HOUR, ..TERMS };
    assert_eq!(need(&cursor, later, 60, 0, 20), Need::Wait);
    assert_eq!(need(&cursor, later, 60, 0, 21), Need::All, "the total moved");
    let once = Cursor { mismatch: Some(Mismatch { count: 1, ..mismatch }), ..cursor };
    assert_eq!(need(&once, later, 60, 0, 20), Need::All, "once more next time");
    assert_eq!(need(&cursor, Terms { allow_shrink: true, ..later }, 60, 0, 20), Need::All);
}

#[test]
fn an_accepted_shortfall_is_remembered() {
    let cursor = Cursor { shortfall: 2, ..settled(HOUR) };
    let short = Whole { declared: Some(60), declared_first: 60, ..whole(58, 58, 0) };
    assert_eq!(judge(&cursor, TERMS, short), Verdict::Accepted { shortfall: 2 });
    assert_eq!(judge(&cursor, TERMS, whole(58, 60, 0)), Verdict::Accepted { shortfall: 0 });
}

#[test]
fn pages_that_disagree_among_themselves_or_show_too_much_are_never_accepted() {
    let moved = Whole { declared: None, ..whole(60, 60, 0) };
    let surplus = Whole { declared: Some(58), declared_first: 58, ..whole(60, 60, 0) };
    for whole in [moved, surplus] {
        let Verdict::Mismatch(mismatch) = judge(&settled(HOUR), TERMS, whole) else { panic!("{whole:?}") };
        assert_eq!(mismatch.shortfall, None);
        let cursor = Cursor { mismatch: Some(mismatch), ..settled(HOUR) };
        let later = Terms { now: NOW + 2 * HOUR, ..TERMS };
        assert!(matches!(judge(&cursor, later, whole), Verdict::Mismatch(_)));
    }
}

#[test]
fn a_list_that_collapsed_waits_an_hour_for_a_second_whole() {
    let pending = Verdict::Pending { since: NOW };
    for (known, unique, gone, expected) in [
        (60, 29, 31, pending),
        (60, 30, 30, Verdict::Accepted { shortfall: 0 }),
        (8, 3, 5, Verdict::Accepted { shortfall: 0 }),
        (8, 2, 6, pending),
        (3, 0, 3, pending),
    ] {
        assert_eq!(judge(&settled(HOUR), TERMS, whole(known, unique, gone)), expected, "{gone} of {known}");
    }
    let allowed = Terms { allow_shrink: true, ..TERMS };
    assert_eq!(judge(&settled(HOUR), allowed, whole(60, 0, 60)), Verdict::Accepted { shortfall: 0 });

    let cursor = Cursor { pending_at: Some(NOW), ..settled(HOUR) };
    let later = |minutes: Timestamp| Terms { now: NOW + minutes * 60, ..TERMS };
    let again = |still| Whole { missing: 40, still_missing: still, ..whole(60, 20, 40) };
    assert_eq!(need(&cursor, later(59), 60, 0, 20), Need::Wait);
    assert_eq!(need(&cursor, later(59), 60, 0, 60), Need::Head, "it was a false alarm");
    assert_eq!(need(&cursor, later(60), 60, 0, 20), Need::All);
    assert_eq!(judge(&cursor, later(59), again(40)), pending);
    assert_eq!(judge(&cursor, later(60), again(36)), Verdict::Accepted { shortfall: 0 });
    assert_eq!(judge(&cursor, later(60), again(35)), Verdict::Pending { since: NOW + HOUR });
    assert_eq!(judge(&cursor, later(-600), again(40)), pending, "a clock set back makes nothing old");
    let nothing_waited = Whole { missing: 0, ..again(0) };
    assert_eq!(judge(&cursor, later(60), nothing_waited), Verdict::Pending { since: NOW + HOUR });
}

#[test]
fn a_list_says_itself_whether_anything_changed() {
    let need = |cursor: &Cursor, declared, is_unchanged| super::need(cursor, TERMS, declared, is_unchanged);
    assert_eq!(need(&settled(HOUR), Some(60), true), Need::Head);
    assert_eq!(need(&settled(HOUR), Some(60), false), Need::All, "whatever its total");
    let never = Cursor { accepted_at: None, ..settled(HOUR) };
    assert_eq!(need(&never, Some(60), true), Need::All);
    assert_eq!(need(&never, None, true), Need::Head, "without a total none is ever accepted");
    assert_eq!(need(&never, None, false), Need::All);
}
