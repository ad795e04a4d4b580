use proptest::prelude::*;

use super::*;

fn key() -> StoreKey {
    StoreKey::new(KeyKind::Operator, "https://host.example:7443", Some([7; 32]), KeyId([0xab; 8]), [9; 32])
        .unwrap()
}

fn text(key: &StoreKey) -> String {
    key.to_text().expose_secret().to_owned()
}

fn error(text: &str) -> Error {
    StoreKey::parse(text).unwrap_err()
}

proptest! {
    #[test]
    fn a_key_survives_its_text(
        kind in proptest::sample::select(KeyKind::ALL.to_vec()),
        host in "[a-z][a-z0-9]{0,60}",
        port in 1_u16..,
        pin in proptest::option::of(any::<[u8; 32]>()),
        id in any::<[u8; 8]>(),
        secret in any::<[u8; 32]>(),
    ) {
        let key = StoreKey::new(kind, format!("https://{host}:{port}"), pin, KeyId(id), secret).unwrap();
        let read = StoreKey::parse(&text(&key)).unwrap();
        prop_assert_eq!(
            (read.kind(), read.address(), read.pin(), read.id(), read.secret_hash()),
            (key.kind(), key.address(), key.pin(), key.id(), key.secret_hash())
        );
        prop_assert_eq!(text(&read), text(&key));
    }

    #[test]
    fn any_text_is_answered_without_a_panic(text in "(phk1[aomw]_)?\\PC{0,200}") {
        prop_assert!(StoreKey::parse(&text).is_err());
    }
}

#[test]
fn any_single_changed_character_is_noticed() {
    let text = text(&key());
    for position in 0..text.len() {
        for replacement in
            b"abYZ019-_ophkmw!".iter().copied().filter(|byte| *byte != text.as_bytes()[position])
        {
            let mut changed = text.clone().into_bytes();
            changed[position] = replacement;
            let changed = String::from_utf8(changed).unwrap();
            assert!(StoreKey::parse(&changed).is_err(), "{replacement} at {position} went unnoticed");
        }
    }
}

#[test]
fn every_way_of_cutting_a_key_short_is_noticed_with_the_number_of_missing_characters() {
    let text = text(&key());
    for length in 9..text.len() {
        assert_eq!(error(&text[..length]), Error::Missing(text.len() - length));
    }
    for length in 0..9 {
        assert!(StoreKey::parse(&text[..length]).is_err());
    }
}

#[test]
fn characters_after_a_key_are_counted() {
    assert_eq!(error(&format!("{}abc", text(&key()))), Error::TooMany(3));
}

#[test]
fn white_space_around_and_inside_a_key_is_ignored() {
    let text = text(&key());
    let wrapped = format!("\n {}\r\n\t{} \n", &text[..50], &text[50..]);
    assert_eq!(StoreKey::parse(&wrapped).unwrap().id(), key().id());
}

#[test]
fn what_people_paste_by_mistake_is_named() {
    assert_eq!(error(" \n"), Error::Empty);
    assert_eq!(error("q5s8x0aj2kd93hf7gq1lz0m4n6b8v2c"), Error::AccessToken);
    assert_eq!(error("stub1a2b3c"), Error::StoreHash);
    assert_eq!(error("https://store-abc.mybigcommerce.com"), Error::NotAKey);
    assert_eq!(error("phk"), Error::NotAKey);
    assert_eq!(error("phk2o_AAAA"), Error::NewerVersion('2'));
    assert_eq!(error("phk1z_AAAA"), Error::UnknownKind);
    assert_eq!(error(&text(&key()).replacen('_', "é", 1)), Error::Mistyped);
}

#[test]
fn a_key_carries_an_address_that_is_safe_and_reachable_or_is_not_made() {
    let made = |address: &str| StoreKey::new(KeyKind::Admin, address, None, KeyId([0; 8]), [0; 32]).is_ok();
    for address in [
        "https://host:1",
        "https://host",
        "https://[2001:db8::1]:7443",
        "http://127.0.0.1:80",
        "http://[::1]:80",
    ] {
        assert!(made(address), "{address}");
    }
    for address in [
        "http://host:80",
        "https://0.0.0.0:7443",
        "https://[::]:7443",
        "https://host:1/",
        "https://host/path",
        "https://user@host:1",
        "ftp://host",
        "host:7443",
        "",
    ] {
        assert!(!made(address), "{address}");
    }
}

#[test]
fn the_secret_is_not_in_what_is_shown_for_debugging() {
    let shown = format!("{:?}", key());
    assert_eq!(shown, "StoreKey(operator key abababababababab for https://host.example:7443)");
}

#[test]
fn a_key_id_survives_its_text() {
    let id = KeyId([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
    assert_eq!(id.to_string(), "00010203fcfdfeff");
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!("+0010203fcfdfeff".parse::<KeyId>(), Err(Error::NotAnId));
}

#[test]
fn every_kind_has_its_place_in_the_contract() {
    for kind in KeyKind::ALL {
        assert_eq!(KeyKind::try_from(v1::KeyKind::from(kind)), Ok(kind));
    }
    assert_eq!(KeyKind::try_from(v1::KeyKind::Unspecified), Err(Error::UnknownKind));
}
