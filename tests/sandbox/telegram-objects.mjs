// Builds whole Telegram objects: users, chats, messages and the updates that carry them.

export const nowS = () => Math.floor(Date.now() / 1000);

/** @param {number | object} user a User, or only the number of one */
export const userOf = (user) => (typeof user === 'object'
  ? { is_bot: false, first_name: 'Buyer', ...user }
  : { id: user, is_bot: false, first_name: 'Buyer', username: `buyer_${user}`, language_code: 'uk' });

/** The bot whose token it is: what stands before the colon is its id. */
export const botOf = (token) => ({
  id: Number.parseInt(token, 10) || 1, is_bot: true, first_name: 'Sandbox bot', username: 'sandbox_bot',
  can_join_groups: true, can_read_all_group_messages: false, supports_guest_queries: false,
  supports_inline_queries: false, can_connect_to_business: false, has_main_web_app: false,
  has_topics_enabled: false, allows_users_to_create_topics: false, can_manage_bots: false,
  supports_join_request_queries: false,
});

export const sender = ({ id, is_bot, first_name, username }) => ({ id, is_bot, first_name, username });

/** The private chat of a user has the user's id. */
export const privateChat = ({ id, first_name, last_name, username }) =>
  withoutGaps({ id, type: 'private', first_name, last_name, username });

export const channelChat = (id) => ({ id, type: 'channel', title: 'Sandbox channel' });

/** What getChat answers of a private chat. */
export const chatFullInfo = (chat) => ({
  ...chat, accent_color_id: 0, max_reaction_count: 11,
  accepted_gift_types: {
    unlimited_gifts: true, limited_gifts: true, unique_gifts: true, premium_subscription: true,
    gifts_from_channels: true,
  },
});

/** @param {{ text: string, entities?: object[] }} content */
export const message = (messageId, from, chat, content) =>
  ({ message_id: messageId, from, chat, date: nowS(), ...content });

export const callbackQuery = (id, from, pressed, data) =>
  ({ id, from, message: pressed, chat_instance: String(from.id * 31), data });

/** The user blocked the bot ('kicked') or came back ('member'). */
export const myChatMember = (user, bot, status) => {
  const before = status === 'kicked' ? 'member' : 'kicked';
  return {
    chat: privateChat(user), from: user, date: nowS(),
    old_chat_member: chatMember(bot, before), new_chat_member: chatMember(bot, status),
  };
};

export const chatMember = (user, status) => {
  if (status === 'administrator') return administrator(user);
  return status === 'kicked' ? { status, user, until_date: 0 } : { status, user };
};

/** With the rights that letting in and removing people takes, as the bot has them in its channel. */
export const administrator = (user) => ({
  status: 'administrator', user, can_be_edited: false, is_anonymous: false, can_manage_chat: true,
  can_delete_messages: false, can_manage_video_chats: false, can_restrict_members: true, can_promote_members: false,
  can_change_info: false, can_invite_users: true, can_post_stories: false, can_edit_stories: false,
  can_delete_stories: false, can_post_messages: false, can_edit_messages: false, can_send_welcome_messages: false,
});

function withoutGaps(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
