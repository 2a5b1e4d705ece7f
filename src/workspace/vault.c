/* SPDX-License-Identifier: MIT */
#include "src/workspace/vault.h"

#include <sodium.h>
#include <string.h>

#include "src/workspace/handle.h"
#include "src/workspace/vault_key.h"

/* Sealed: this byte, the nonce, the cipher text with its tag. */
#define FORMAT 1
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(VAULT_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");

/* What is authenticated with the value: NULs keep the words apart. */
static void
add_place(struct buf *to, const struct vault_place *place)
{
	buf_adds(to, "dpstudio");
	buf_addc(to, FORMAT);
	buf_add(to, place->table, strlen(place->table) + 1);
	buf_add(to, place->uuid, strlen(place->uuid) + 1);
	buf_add(to, place->field, strlen(place->field) + 1);
}

void
vault_seal_with(const struct secret *key, const struct vault_place *place, struct str value,
	struct buf *sealed)
{
	struct buf place_bytes = BUF_INIT;
	unsigned char head[1 + NONCE] = { FORMAT };
	unsigned long long made = 0;
	char *room;

	secret_ready();
	add_place(&place_bytes, place);
	randombytes_buf(head + 1, NONCE);
	buf_add(sealed, head, sizeof(head));
	room = buf_reserve(sealed, value.len + TAG);
	if (room) {
		crypto_aead_xchacha20poly1305_ietf_encrypt((unsigned char *)room, &made,
			(const unsigned char *)value.p, value.len,
			(const unsigned char *)place_bytes.p, place_bytes.len, NULL, head + 1,
			key->bytes);
		buf_commit(sealed, (size_t)made);
	}
	buf_fini(&place_bytes);
}

static bool
decrypt(const struct secret *key, const struct vault_place *place, struct str sealed,
	struct buf *plain)
{
	const unsigned char *bytes = (const unsigned char *)sealed.p;
	struct buf place_bytes = BUF_INIT;
	unsigned long long made = 0;
	char *room;
	bool ok;

	if (sealed.len < 1 + NONCE + TAG || bytes[0] != FORMAT)
		return false;
	add_place(&place_bytes, place);
	room = buf_reserve(plain, sealed.len - 1 - NONCE - TAG + 1);
	ok = room && crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)room, &made,
			     NULL, bytes + 1 + NONCE, sealed.len - 1 - NONCE,
			     (const unsigned char *)place_bytes.p, place_bytes.len, bytes + 1,
			     key->bytes) == 0;
	if (ok)
		buf_commit(plain, (size_t)made);
	buf_fini(&place_bytes);
	return ok;
}

bool
vault_open_with(const struct secret *key, const struct vault_place *place, struct str sealed,
	struct secret *value, struct err *err)
{
	struct buf plain = BUF_INIT;
	bool ok;

	secret_ready();
	ok = decrypt(key, place, sealed, &plain);
	if (ok)
		secret_set(value, buf_str(&plain));
	else
		err_set(err, ERR_CONFIG, "the secret %s cannot be opened: it was changed or "
			"moved from elsewhere", place->field);
	if (!ok)
		err_hint(err, "give it again with: source edit or destination edit");
	secret_wipe(plain.p, plain.len);
	buf_fini(&plain);
	return ok;
}

bool
vault_seal(struct workspace *ws, const struct vault_place *place, struct str value,
	struct buf *sealed, struct err *err)
{
	if (!vault_key_load(ws, err))
		return false;
	vault_seal_with(&ws->key, place, value, sealed);
	return true;
}

bool
vault_open(struct workspace *ws, const struct vault_place *place, struct str sealed,
	struct secret *value, struct err *err)
{
	return vault_key_load(ws, err) && vault_open_with(&ws->key, place, sealed, value, err);
}
