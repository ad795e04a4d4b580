use super::*;
use crate::key::KeyId;

fn key(id: u8) -> StoreKey {
    StoreKey::new(KeyKind::Operator, "https://host:7443", None, KeyId([id; 8]), [id; 32]).unwrap()
}

fn keyring() -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(Some(&folder.path().join("deep/home"))).unwrap();
    (folder, keyring)
}

fn names(keyring: &Keyring) -> Vec<(String, bool)> {
    keyring.list().unwrap().into_iter().map(|kept| (kept.name, kept.current)).collect()
}

#[test]
fn an_empty_keyring_says_that_no_key_is_chosen() {
    let (_folder, keyring) = keyring();
    assert_eq!(names(&keyring), []);
    assert!(matches!(keyring.key(None), Err(Error::NoCurrent)));
    assert!(matches!(keyring.key(Some("a")), Err(Error::NotKept(name)) if name == "a"));
}

#[test]
fn the_key_kept_last_is_current_until_another_is_chosen() {
    let (_folder, keyring) = keyring();
    keyring.keep("b", &key(1)).unwrap();
    keyring.keep("a", &key(2)).unwrap();
    assert_eq!(names(&keyring), [("a".to_owned(), true), ("b".to_owned(), false)]);
    keyring.make_current("b").unwrap();
    assert_eq!(keyring.key(None).unwrap().id(), KeyId([1; 8]));
    assert_eq!(keyring.key(Some("a")).unwrap().id(), KeyId([2; 8]));
}

#[test]
fn keeping_a_key_under_a_used_name_replaces_the_other_key() {
    let (_folder, keyring) = keyring();
    keyring.keep("a", &key(1)).unwrap();
    keyring.keep("a", &key(2)).unwrap();
    assert_eq!(names(&keyring), [("a".to_owned(), true)]);
    assert_eq!(keyring.key(None).unwrap().id(), KeyId([2; 8]));
}

#[test]
fn a_key_that_only_reads_never_takes_the_place_of_one_that_does_more() {
    let (_folder, keyring) = keyring();
    let monitor = StoreKey::new(KeyKind::Monitor, "https://host:7443", None, KeyId([2; 8]), [2; 32]).unwrap();
    keyring.keep("a", &key(1)).unwrap();
    assert!(matches!(keyring.keep("a", &monitor), Err(Error::DoesMore(name)) if name == "a"));
    assert_eq!(keyring.key(Some("a")).unwrap().id(), KeyId([1; 8]));
    keyring.keep("b", &monitor).unwrap();
    keyring.keep("b", &key(3)).unwrap();
    keyring.forget("a").unwrap();
    keyring.keep("a", &monitor).unwrap();
}

#[test]
fn forgetting_the_current_key_leaves_the_only_other_one_current() {
    let (_folder, keyring) = keyring();
    for (name, id) in [("a", 1), ("b", 2), ("c", 3)] {
        keyring.keep(name, &key(id)).unwrap();
    }
    keyring.forget("c").unwrap();
    assert_eq!(names(&keyring), [("a".to_owned(), false), ("b".to_owned(), false)]);
    keyring.make_current("b").unwrap();
    keyring.forget("b").unwrap();
    assert_eq!(names(&keyring), [("a".to_owned(), true)]);
    assert!(matches!(keyring.forget("b"), Err(Error::NotKept(_))));
}

#[test]
fn names_that_could_mislead_a_terminal_or_a_path_are_refused() {
    let (_folder, keyring) = keyring();
    for name in ["", "a/b", "a b", "a\u{1b}[2J", &"a".repeat(65)] {
        assert!(matches!(keyring.keep(name, &key(1)), Err(Error::Name(_))), "{name:?}");
    }
}

#[test]
fn a_damaged_list_is_reported_and_left_alone() {
    let (_folder, keyring) = keyring();
    keyring.keep("a", &key(1)).unwrap();
    let path = file::path(&keyring.folder);
    std::fs::write(&path, "{").unwrap();
    assert!(matches!(keyring.keep("b", &key(2)), Err(Error::List { .. })));
    assert_eq!(std::fs::read_to_string(path).unwrap(), "{");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file_and_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, keyring) = keyring();
    let Place::File(path) = keyring.keep("a", &key(1)).unwrap() else {
        panic!("a chosen folder was not used")
    };
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&keyring.folder)), (0o600, 0o700));
}

#[test]
fn clients_that_keep_keys_at_once_lose_none() {
    let (_folder, keyring) = keyring();
    std::thread::scope(|scope| {
        for id in 0..8 {
            let keyring = &keyring;
            scope.spawn(move || keyring.keep(&format!("key-{id}"), &key(id)).unwrap());
        }
    });
    assert_eq!(keyring.list().unwrap().len(), 8);
}
