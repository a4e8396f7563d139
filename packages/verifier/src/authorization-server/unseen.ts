/** What nobody can see from outside, and why. */
export const unseen: Readonly<Record<string, string>> = {
  'AS-GEN-13': 'it takes more guesses than a verifier may make',
  'AS-JWKS-02': 'a server changes its keys when it wants to',
  'AS-AUTHZ-17': 'nothing from outside makes a server fail',
  'AS-CODE-12': 'what is in logs is not seen from outside',
  'AS-CAUTH-21': 'it takes as long as a secret lasts',
  'AS-RI-06': 'it is for the resource servers to refuse: try those',
  'AS-RT-06': 'a refresh token lives for days: nobody waits for its absolute end',
  'AS-RT-14': 'a password is not changed from outside; what the end of a session does is tried with AS-BCL-05',
  'AS-REG-10': 'what a server may fetch from inside of its own network is not seen from outside',
  'AS-RAR-07': 'whether a page says details in words that people understand, people have to judge',
  'AS-CIMD-14': 'what a server fetches from other addresses, and how, is not seen from outside',
  'AS-CIMD-15': 'whether an earlier consent is looked at anew when a document changes is each server’s own decision',
  'AS-TX-08': 'who may act is said in tokens that only the server itself makes',
  'AS-TX-09': 'a server is free to issue access tokens alone',
  'AS-JWTB-09': 'it takes a second server to which the ID-JAG is addressed, and the policy between both',
  'AS-JWTB-10': 'it takes a second server to which the ID-JAG is addressed, and the policy between both',
};
